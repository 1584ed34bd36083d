"""Models and adapters that would run code, or that aren't whole."""

from __future__ import annotations

import fnmatch
import json
import sys
import tempfile
import types
import unittest
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import support

from assay_engine import model_checks as models


class Case(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def write(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(value if isinstance(value, str) else json.dumps(value))

    def refusal(self, check: Any) -> str:
        with self.assertRaises(models.ModelError) as caught:
            check(self.folder)
        text = str(caught.exception)
        self.assertNotIn("\n", text)
        self.assertLess(len(text), 600)
        return text


class ModelTests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.write("config.json", {"model_type": "llama"})
        support.write_safetensors(self.folder / "model.safetensors", {"a": [2]})

    def test_a_plain_model_passes(self) -> None:
        self.write("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["x.Y", None]}})
        self.assertEqual(models.check_model(self.folder), {"model_type": "llama"})

    def test_code_is_refused(self) -> None:
        for name, entries in (
            ("config.json", {"model_file": "evil.py"}),
            ("config.json", {"trust_remote_code": True}),
            ("config.json", {"text_config": {"model_file": "evil.py"}}),
            ("config.json", {"attn_implementation": "someone/kernel"}),
            ("config.json", {"model_type": "../evil"}),
            ("tokenizer_config.json", {"tool_parser_type": "a.b"}),
            ("tokenizer_config.json", {"chat_template_type": ["x"]}),
            ("config.json", "[1]"),
            ("config.json", "{"),
            ("config.json", "[" * 100_000),
        ):
            self.write("config.json", {"model_type": "llama"})
            self.write("tokenizer_config.json", {})
            self.write(name, {"model_type": "llama"} | entries if isinstance(entries, dict) else entries)
            self.refusal(models.check_model)

    def test_pickled_weights_are_refused(self) -> None:
        (self.folder / "model.safetensors").unlink()
        self.assertIn("has no weights", self.refusal(models.check_model))
        self.write("pytorch_model.bin", "x")
        self.assertIn("pickled (pytorch_model.bin)", self.refusal(models.check_model))

    def test_an_index_names_safetensors_beside_it_only(self) -> None:
        for name in ("../x.safetensors", "/x.safetensors", "x.bin", 3):
            self.write("model.safetensors.index.json", {"weight_map": {"a": name}})
            self.refusal(models.check_model)
        self.write("model.safetensors.index.json", {"weight_map": {"a": "model.safetensors"}})
        models.check_model(self.folder)

    def test_a_missing_folder_is_no_name_on_the_hub(self) -> None:
        for name in ("models/my-model", "my-model", "/nowhere/at/all"):
            with self.assertRaises(models.ModelError, msg=name):
                models.resolve(name, False)
        for name in ("my-model", "/nowhere/at/all", "hub:x", "hub:../y", "hub:a/b@", "hub:a/b@c d", "../a/b", "./a"):
            with self.assertRaises(models.ModelError, msg=name):
                models.resolve(name, True)
        self.assertEqual(models.resolve(str(self.folder), False), self.folder)


class AdapterTests(Case):
    CONFIG: ClassVar[dict[str, Any]] = {
        "fine_tune_type": "lora",
        "num_layers": -1,
        "model": "/base",
        "lora_parameters": {"rank": 8, "scale": 2.0, "dropout": 0.0},
    }

    def setUp(self) -> None:
        super().setUp()
        self.write("adapter_config.json", self.CONFIG)
        self.tensors({"layers.0.q.lora_a": [4, 8], "layers.0.q.lora_b": [8, 4]})

    def tensors(self, tensors: dict[str, list[int]]) -> None:
        support.write_safetensors(self.folder / "adapters.safetensors", tensors)

    def test_a_plain_adapter_passes(self) -> None:
        models.check_adapter(self.folder)

    def test_half_an_adapter_is_refused(self) -> None:
        self.tensors({"layers.0.q.lora_a": [4, 8]})
        self.assertIn("one of two matrices is missing in 1 of its layers", self.refusal(models.check_adapter))

    def test_damaged_files_are_refused(self) -> None:
        whole = (self.folder / "adapters.safetensors").read_bytes()
        for data in (b"", b"x" * 7, whole[:40], whole[:-1], b"\xff" * 64, (2).to_bytes(8, "little") + b"[]"):
            (self.folder / "adapters.safetensors").write_bytes(data)
            self.assertIn("cut off or not a safetensors file", self.refusal(models.check_adapter))
        self.tensors({})
        self.assertIn("changes nothing", self.refusal(models.check_adapter))

    def test_configurations_that_lack_something_are_refused(self) -> None:
        every: tuple[dict[str, Any], ...] = (
            {"lora_parameters": None},
            {"num_layers": "x"},
            {"fine_tune_type": "x"},
            {"lora_parameters": {}},
        )
        for changes in every:
            self.write("adapter_config.json", self.CONFIG | changes)
            self.refusal(models.check_adapter)
        (self.folder / "adapter_config.json").unlink()
        self.assertIn("adapter_config.json is missing", self.refusal(models.check_adapter))

    def test_a_library_s_list_becomes_one_sentence(self) -> None:
        lines = "\n".join(f"  layers.{n}.q.lora_a: not an adapter parameter in the model" for n in range(200))
        text = models.sentence(
            ValueError(f"Adapter at X contains incompatible tensors:\n{lines}"), "/model", str(self.folder)
        )
        self.assertIn("200 of its tensors don't fit, layers.0.q.lora_a first", text)
        self.assertIn("It names /base as its base.", text)
        self.assertLess(len(text), 600)

    def test_a_library_s_wish_for_code_becomes_one_sentence(self) -> None:
        error = ValueError("contains custom code which must be executed; pass the argument `trust_remote_code=True`")
        self.assertIn("which Assay never runs", models.sentence(error, "/model", None))
        self.assertIn(
            "does not know models", models.sentence(ValueError("Model type x not supported."), "/model", None)
        )


class HubTests(Case):
    """What is told before a download, by a hub that is made up here."""

    def resolve(self, name: str = "hub:org/name@main", **hub: Any) -> tuple[list[str], list[str]]:
        """What was told and what was fetched, in order."""
        told: list[str] = []
        fetched: list[str] = []
        files = hub.get("files", [("config.json", 1000), ("model.safetensors", 2_500_000_000), ("run.py", 5)])
        info = types.SimpleNamespace(
            sha="1" * 40,
            siblings=[types.SimpleNamespace(rfilename=name, size=size) for name, size in files],
            card_data=hub.get("card"),
            tags=hub.get("tags"),
        )

        def model_info(identifier: str, revision: str | None, files_metadata: bool) -> Any:
            if hub.get("fails"):
                raise ConnectionError("no network")
            return info

        def snapshot_download(identifier: str, local_files_only: bool, **_: Any) -> str:
            if local_files_only and not hub.get("cached"):
                raise FileNotFoundError(identifier)
            if not local_files_only:
                fetched.append(f"{identifier} after {len(told)}")
            return str(self.folder)

        def filter_repo_objects(items: Any, allow_patterns: list[str], key: Any) -> Any:
            return (item for item in items if any(fnmatch.fnmatch(key(item), one) for one in allow_patterns))

        library = types.ModuleType("huggingface_hub")
        library.HfApi = lambda: types.SimpleNamespace(model_info=model_info)  # type: ignore[attr-defined]
        library.snapshot_download = snapshot_download  # type: ignore[attr-defined]
        library.try_to_load_from_cache = (  # type: ignore[attr-defined]
            lambda _, name, revision: str(self.folder / name) if hub.get("cached") else None
        )
        utils = types.ModuleType("huggingface_hub.utils")
        utils.filter_repo_objects = filter_repo_objects  # type: ignore[attr-defined]
        with mock.patch.dict(sys.modules, {"huggingface_hub": library, "huggingface_hub.utils": utils}):
            models.resolve(name, True, None, told.append)
        return told, fetched

    def test_size_and_licence_are_told_before_a_download(self) -> None:
        told, fetched = self.resolve(card={"license": "apache-2.0"})
        self.assertEqual(told, ["Fetching hub:org/name@main from the hub: 2.5 GB in 2 files. Licence: apache-2.0."])
        self.assertEqual(fetched, ["org/name after 1"])

    def test_what_is_here_already_is_not_told(self) -> None:
        self.assertEqual(self.resolve(cached=True)[0], [])
        self.assertEqual(self.resolve(cached=True, fails=True)[0], [])

    def test_what_the_hub_does_not_tell_is_said(self) -> None:
        self.assertIn("doesn't tell its size and licence", self.resolve(fails=True)[0][0])
        self.assertIn("size not known", self.resolve(files=[("config.json", None)])[0][0])
        self.assertIn("none is named", self.resolve()[0][0])

    def test_licences_are_read_wherever_they_stand(self) -> None:
        for hub in (
            {"card": {"license": "other", "license_name": "llama3"}},
            {"card": {"license": ["llama3"]}},
            {"tags": ["x", "license:llama3"]},
        ):
            self.assertTrue(self.resolve(**hub)[0][0].endswith("Licence: llama3."), hub)


if __name__ == "__main__":
    unittest.main()
