"""Specs that can't work, and schedules."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support  # noqa: F401

from assay_engine.mlx.mlx_spec import MLXSpec
from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import SETTINGS, Spec
from assay_engine.trl.trl_job import TRLJob
from assay_engine.trl.trl_spec import TRLSpec


class SpecTests(unittest.TestCase):
    def read(self, value: Any, kind: type[Spec] = MLXSpec) -> tuple[Spec, list[str]]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "spec.json")
            path.write_text(value if isinstance(value, str) else json.dumps(value))
            return kind.read(path)

    def refusal(self, kind: type[Spec] = MLXSpec, **values: Any) -> str:
        with self.assertRaises(TrainingError) as caught:
            self.read({"model": "m", "steps": 3} | values, kind)
        return str(caught.exception)

    def test_unknown_keys_are_named_and_null_is_the_default(self) -> None:
        spec, unknown = self.read({"model": "m", "steps": 3, "rank": None, "zoo": 1, "ape": None})
        self.assertEqual((spec.steps, spec.rank, unknown), (3, Spec.rank, ["ape", "zoo"]))

    def test_files_that_are_none(self) -> None:
        for text in ("", "{", "[]", "null", "{}", '"model"'):
            with self.assertRaises(TrainingError, msg=text):
                self.read(text)

    def test_values_that_can_not_work_are_named(self) -> None:
        values: tuple[tuple[str, Any], ...] = (
            ("method", "magic"),
            ("schedule", "wave"),
            ("optimizer", "luck"),
            ("rank", 0),
            ("batch_size", -1),
            ("max_tokens", 0),
            ("learning_rate", 0),
            ("dropout", 1),
            ("dropout", -0.1),
            ("steps", 0),
        )
        for name, value in values:
            self.assertIn(f"`{name}`", self.refusal(**{name: value}))

    def test_defaults_are_those_of_assays_table(self) -> None:
        spec = TRLSpec(model="m")
        # Without a number of layers all are tuned; how long a job lasts is always said.
        others = {"layers": -1, "epochs": None}
        for name, setting in SETTINGS.items():
            self.assertEqual(getattr(spec, name), others.get(name, setting["default"]), name)

    def test_limits_are_those_of_assays_table(self) -> None:
        self.assertIn("a whole number from 1 to 4096", self.refusal(rank=4097))
        self.assertIn("a number above 0, at most 1", self.refusal(learning_rate=1.5))
        for name, value in (("rank", 4096), ("learning_rate", 1), ("dropout", 0), ("max_tokens", 8), ("layers", -1)):
            self.read({"model": "m", "steps": 3, name: value})

    def test_specs_of_earlier_jobs_mean_the_same(self) -> None:
        # A job's spec has every value, those that were defaults then among them.
        values = {"scale": 20.0, "batch_size": 4, "report_every": 5, "save_every": 50, "layers": -1, "epochs": 3.0}
        spec, unknown = self.read({"model": "m", "seed": 4294967295, "beta": 0.1} | values)
        self.assertEqual(unknown, [])
        for name, value in values.items():
            self.assertEqual(getattr(spec, name), value)

    def test_back_ends_differ(self) -> None:
        self.assertIn("choose the back end trl", self.refusal(objective="dpo"))
        self.assertIn("`dropout`", self.refusal(dropout=0.1, gradient_checkpointing=True))
        self.assertIn("`objective`", self.refusal(TRLSpec, objective="ppo"))
        self.assertIn("`optimizer`", self.refusal(TRLSpec, optimizer="muon"))
        self.assertIn("`beta`", self.refusal(TRLSpec, beta=0))
        self.assertIn("`quantize_bits`", self.refusal(TRLSpec, quantize_bits=8))
        self.assertIn("choose `method` lora", self.refusal(TRLSpec, quantize_bits=4, method="full"))
        self.assertIn("YAML file", self.refusal(TRLSpec, accelerate_config="/nowhere.yaml"))


class ScheduleTests(unittest.TestCase):
    def factors(self, steps: int, **spec: Any) -> list[float]:
        job = TRLJob.__new__(TRLJob)
        job.steps = steps
        job.spec = TRLSpec(model="m", learning_rate=1.0, **spec)
        return [job.learning_rate_factor(step) for step in range(steps + 1)]

    def test_warm_up_rises_from_zero(self) -> None:
        self.assertEqual(self.factors(4, schedule="constant", warmup_steps=2), [0.0, 0.5, 1.0, 1.0, 1.0])

    def test_ends_are_reached(self) -> None:
        self.assertEqual(self.factors(4, schedule="linear"), [1.0, 0.75, 0.5, 0.25, 0.0])
        self.assertEqual(self.factors(2, schedule="linear", final_learning_rate=0.5), [1.0, 0.75, 0.5])
        cosine = self.factors(4, schedule="cosine")
        self.assertEqual([round(factor, 3) for factor in cosine], [1.0, 0.854, 0.5, 0.146, 0.0])

    def test_a_warm_up_as_long_as_the_job_leaves_one_step(self) -> None:
        self.assertEqual(self.factors(3, schedule="constant", warmup_steps=99), [0.0, 0.5, 1.0, 1.0])
        self.assertEqual(self.factors(1, schedule="linear", warmup_steps=5), [1.0, 0.0])


if __name__ == "__main__":
    unittest.main()
