"""Models and adapters that would run code, or that aren't whole."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support
import model_checks as models


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
    CONFIG = {
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
        for changes in (
            {"lora_parameters": None},
            {"num_layers": "x"},
            {"fine_tune_type": "x"},
            {"lora_parameters": {}},
        ):
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


if __name__ == "__main__":
    unittest.main()
