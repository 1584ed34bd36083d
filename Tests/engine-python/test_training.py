"""A real job with a small model: the pre-flight, and what is told of answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

import contract
import support

from assay_engine.train.events import Events
from assay_engine.train.job import Job
from assay_engine.train.spec import Spec

MODEL = support.model_folder()
PROGRAM = "train-mlx" if support.has("mlx_lm") else "train-trl"
NO_END = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}{% if m['role'] == 'assistant' %} END\n"
    "{% else %}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class BestTests(unittest.TestCase):
    def job(self, *losses: tuple[int, float]) -> tuple[Job, list[dict[str, Any]]]:
        """A job that has saved a checkpoint after each of these steps but for 0, with this validation loss there."""
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        folder = Path(place.name)
        job = Job(folder, Spec(model="m", steps=9), Events(folder / "events.jsonl"))
        self.addCleanup(job.events.close)
        job.valid_rows = [1]
        for step, loss in losses:
            job.step = step
            job.last_validation = (step, loss)
            if step > 0:
                (folder / "checkpoints" / ".new").mkdir(parents=True)
                job.keep_checkpoint(folder / "checkpoints" / ".new", ())
        lines = (folder / "events.jsonl").read_text().splitlines()
        return job, [event for event in map(json.loads, lines) if event["event"] == "checkpoint"]

    def test_the_best_checkpoint_has_the_lowest_loss_even_where_the_untrained_model_had_a_lower_one(self) -> None:
        job, events = self.job((0, 1.0), (2, 9.0), (4, 5.0), (6, float("nan")), (8, 6.0))
        self.assertEqual([event["best"] for event in events], [True, True, False, False])
        self.assertEqual((job.folder / "best").readlink(), Path("checkpoints/0000004"))
        self.assertEqual(job.progress()["best_saved"], 5.0)

    def test_without_validation_the_newest_is_the_best(self) -> None:
        job, _ = self.job()
        job.valid_rows = []
        self.assertTrue(job.is_best_saved())


@unittest.skipUnless(support.has("mlx_lm") or support.has("trl"), support.lacks("mlx_lm", "trl"))
@unittest.skipUnless(MODEL, "there is no model; name one with ASSAY_TEST_MODEL")
class JobTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)

    def model(self, template: str) -> str:
        """The model with another chat template."""
        target = self.folder / "model"
        shutil.copytree(str(MODEL), target)
        path = target / "tokenizer_config.json"
        path.chmod(0o644)
        path.write_text(json.dumps(json.loads(path.read_text()) | {"chat_template": template}))
        return str(target)

    def run_job(self, **spec: Any) -> list[dict[str, Any]]:
        """The events of a job of two steps."""
        rows = [
            {
                "messages": [
                    {"role": "user", "content": f"ticket {n} is late"},
                    {"role": "assistant", "content": f"answer {n}"},
                ]
            }
            for n in range(6)
        ]
        rows[0]["messages"][1] |= spec.pop("members", {})
        for name in ("train", "valid"):
            (self.folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        samples = [{"id": f"s{n}", "max_tokens": 6, "messages": rows[n]["messages"][:1]} for n in range(3)]
        (self.folder / "samples.jsonl").write_text("".join(json.dumps(one) + "\n" for one in samples))
        values = {"model": str(MODEL), "steps": 2, "batch_size": 2, "evaluate_every": 2, "max_tokens": 128}
        (self.folder / "spec.json").write_text(json.dumps(values | spec))
        subprocess.run(
            support.command(PROGRAM, str(self.folder)),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
        events = [json.loads(line) for line in (self.folder / "events.jsonl").read_text().splitlines()]
        for event in events:
            self.assertEqual(contract.event_problems(event), [], event)
        return [event for event in events if event["event"] != "system"]

    def test_a_healthy_job_tells_its_answers(self) -> None:
        events = self.run_job()
        self.assertEqual(events[0]["check"], "all")
        self.assertEqual(events[-1]["status"], "finished")
        answers = [event for event in events if event["event"] == "answers"]
        self.assertEqual([event["step"] for event in answers], [0, 2])
        self.assertGreater(answers[1]["logit_change"], 0)
        (train,) = [event for event in events if event["event"] == "train"]
        self.assertGreater(train["tokens_per_second"], 0)

    def test_an_adapter_that_learns_nothing_changes_no_logit(self) -> None:
        answers = [event for event in self.run_job(learning_rate=1e-30) if event["event"] == "answers"]
        self.assertLess(answers[-1]["logit_change"], 1e-6)

    def test_an_end_token_that_is_never_learnt_ends_the_job(self) -> None:
        events = self.run_job(model=self.model(NO_END))
        self.assertEqual([event["event"] for event in events], ["preflight", "preflight", "end"])
        self.assertIn("the end token <|im_end|>", events[-1]["message"])
        self.assertFalse((self.folder / "checkpoints").exists())

    def test_a_dropped_member_ends_the_job(self) -> None:
        events = self.run_job(members={"reasoning_content": "because"})
        self.assertIn("train.jsonl:1 has `reasoning_content`", events[-1]["message"])

    def test_a_template_that_never_ends_ends_the_job(self) -> None:
        loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
        self.assertIn("did not finish within 5 s", self.run_job(model=self.model(loop))[-1]["message"])

    def test_a_loss_that_is_no_number_is_told_as_such(self) -> None:
        model = self.folder / "broken"
        shutil.copytree(str(MODEL), model)
        weights = model / "model.safetensors"
        weights.chmod(0o644)
        # The last bytes of the last tensor: not a number, as float32 and as bfloat16.
        weights.write_bytes(weights.read_bytes()[:-4] + b"\x00\x00\xc0\x7f")
        events = self.run_job(model=str(model))
        self.assertEqual(events[-1]["status"], "failed")
        self.assertTrue(any(event.get("loss_state") in ("nan", "inf") for event in events), events)
        self.assertIn("stopped being a number", events[-1]["message"])


if __name__ == "__main__":
    unittest.main()
