"""What this side reads and writes, compared with the contracts that the Swift side is compared with too."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import tempfile
import typing
import unittest
from pathlib import Path
from typing import Any

import contract
import support

from assay_engine.mlx.mlx_spec import MLXSpec
from assay_engine.train import answers, system_watch
from assay_engine.train.answers import Answer
from assay_engine.train.events import Events
from assay_engine.train.findings import Finding, RowsFile
from assay_engine.train.preflight import Preflight
from assay_engine.train.spec import Spec
from assay_engine.trl.trl_spec import TRLSpec

KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", dict[str, str]: "{string}"}


def kind(annotation: Any) -> str:
    """A contract's word for the type of a field, without `None`."""
    options = [one for one in typing.get_args(annotation) if one is not type(None)]
    return KINDS[options[0] if type(None) in typing.get_args(annotation) else annotation]


class SpecTests(unittest.TestCase):
    def fields(self, spec: type[Spec]) -> dict[str, str]:
        hints = typing.get_type_hints(spec)
        return {field.name: kind(hints[field.name]) for field in dataclasses.fields(spec)}

    def test_trl_reads_every_key_of_the_contract(self) -> None:
        self.assertEqual(self.fields(TRLSpec), {name: key.kind for name, key in contract.SPEC.items()})

    def test_mlx_reads_all_but_those_of_trl(self) -> None:
        known = {name: key.kind for name, key in contract.SPEC.items() if "trl" not in key.words}
        self.assertEqual(self.fields(MLXSpec), known)

    def test_only_the_model_has_no_default(self) -> None:
        for spec in (MLXSpec, TRLSpec):
            missing = dataclasses.MISSING
            required = [
                field.name
                for field in dataclasses.fields(spec)
                if field.default is missing and field.default_factory is missing
            ]
            self.assertEqual(required, ["model"])

    def test_defaults_are_of_the_contracts_types(self) -> None:
        for spec in (MLXSpec(model="m"), TRLSpec(model="m")):
            values = {name: value for name, value in dataclasses.asdict(spec).items() if value is not None}
            wrong = [name for name, value in values.items() if not contract.SPEC[name].fits(value)]
            self.assertEqual(wrong, [])


def written(path: Path) -> list[tuple[str, set[str], bool]]:
    """The events that a module's source writes: name, keys, and whether further keys come from elsewhere."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name in ("write", "tell", "_tell") and isinstance(first, ast.Constant) and isinstance(first.value, str):
            keys = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            found.append((first.value, keys, len(keys) < len(node.keywords)))
    return found


class WrittenEventTests(unittest.TestCase):
    def test_examples_are_of_the_contract(self) -> None:
        for name, example in contract.EXAMPLES.items():
            self.assertEqual(contract.event_problems(example), [], name)
            read = {name for name, key in contract.EVENTS[name].items() if "unread" not in key.words}
            self.assertLessEqual(example.keys(), read, name)

    def test_every_event_in_the_sources_is_of_the_contract(self) -> None:
        names = set()
        for path in sorted(support.PACKAGE.rglob("*.py")):
            for name, keys, has_more in written(path):
                with self.subTest(f"{path.name}: {name}"):
                    names.add(name)
                    known = contract.EVENTS[name]
                    self.assertLessEqual(keys, known.keys())
                    required = {key for key, found in known.items() if not found.is_optional} - {"event", "time"}
                    self.assertTrue(has_more or required <= keys, required - keys)
        # A pause is an end that is written otherwise.
        self.assertEqual(names | {"paused"}, contract.EVENTS.keys())


class LineTests(unittest.TestCase):
    """Lines whose keys come from elsewhere than the call that writes them."""

    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.path = Path(place.name, "events.jsonl")
        self.events = Events(self.path)
        self.addCleanup(self.events.close)

    def check(self, *names: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([line["event"] for line in lines], list(names))
        for line in lines:
            self.assertEqual(contract.event_problems(line), [], line)
        return lines

    def test_findings(self) -> None:
        preflight = Preflight({"cut": "meant so"})
        preflight.findings = [Finding("cut", RowsFile("train.jsonl", 3), [1], "A row is long.", "Cut it.")]
        preflight.settle(self.events.write)
        self.assertEqual(self.check("preflight", "warning")[0]["accepted"], "meant so")

    def test_no_findings(self) -> None:
        Preflight({}).settle(self.events.write)
        self.check("preflight")

    def test_figures_of_answers(self) -> None:
        given = [Answer("a", "x", True), Answer("b", "y", False)]
        self.events.write("answers", step=2, **answers.summary(given, {"a": "x"}, ["x"], 0.5))
        self.events.write("answers", step=2, **answers.summary(given, {}, [], None))
        full, short = self.check("answers", "answers")
        self.assertEqual(full.keys(), contract.EVENTS["answers"].keys())
        self.assertLess(short.keys(), full.keys())

    def test_losses_that_are_not_finite(self) -> None:
        self.events.write("train", step=1, loss=float("nan"))
        self.events.write("validation", step=1, loss=float("inf"), seconds=0.5)
        self.events.write("checkpoint", step=1, path="checkpoints/1", validation_loss=float("nan"), best=False)
        self.check("train", "validation", "checkpoint")

    def test_samples_of_the_machine(self) -> None:
        sampler = system_watch.Sampler(os.getpid(), 1)
        self.addCleanup(sampler.stop)
        self.events.write("system", **sampler.sample())
        self.check("system")

    def test_gpus(self) -> None:
        found = system_watch.gpu_line("0, GPU-1, 98, 11555, 81559, 310.44, 61")
        assert found is not None
        self.assertEqual(found[2].keys(), contract.GPU.keys())
        text = '+-o AGX\n"Device Utilization %"=50,"In use system memory"=1000000000'
        self.events.write("system", gpus=[found[2], *system_watch.ioreg_gpus(text, 8 << 30)])
        self.check("system")

    def test_an_interruption_is_a_pause(self) -> None:
        os.environ["ASSAY_GOES_ON"] = "The queue took the machine away."
        self.addCleanup(os.environ.pop, "ASSAY_GOES_ON")
        self.events.write("end", status="canceled", message="Stopped as asked.", step=7)
        (line,) = self.check("paused")
        self.assertEqual(line["message"], "The queue took the machine away.")


if __name__ == "__main__":
    unittest.main()
