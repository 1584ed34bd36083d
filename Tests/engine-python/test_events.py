"""What is told of losses that are no numbers, and of answers."""

from __future__ import annotations

import json
import math
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401

from assay_engine.train import answers
from assay_engine.train.answers import Answer
from assay_engine.train.events import Events


class EventTests(unittest.TestCase):
    def line(self, event: str, **values: object) -> dict[str, object]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "events.jsonl")
            events = Events(path)
            events.write(event, **values)
            events.close()
            # Strict JSON: no NaN, no Infinity.
            line: dict[str, object] = json.loads(path.read_text(), parse_constant=lambda word: self.fail(word))
            return line

    def test_a_loss_that_is_no_number_says_what_it_is(self) -> None:
        for value, state in ((math.nan, "nan"), (math.inf, "inf"), (-math.inf, "inf")):
            line = self.line("validation", step=3, loss=value)
            self.assertIsNone(line["loss"])
            self.assertEqual(line["loss_state"], state)
        self.assertEqual(self.line("checkpoint", validation_loss=math.nan)["validation_loss_state"], "nan")

    def test_numbers_stay_as_they_are(self) -> None:
        line = self.line("train", step=1, loss=1.5, learning_rate=math.nan)
        self.assertEqual((line["loss"], line["learning_rate"]), (1.5, None))
        self.assertNotIn("loss_state", line)


class AnswerTests(unittest.TestCase):
    def given(self, *texts: str, ended: bool = True) -> list[Answer]:
        return [Answer(str(number), text, ended) for number, text in enumerate(texts)]

    def test_answers_are_summed_up_as_shares(self) -> None:
        values = answers.summary(self.given("a", "b", "c", " a\n"), {"0": "x", "1": "b"}, ["x", "y"], 1.5)
        self.assertEqual(
            values,
            {
                "count": 4,
                "unending": 0.0,
                "equal": 0.5,
                "expected_equal": 0.5,
                "as_base": 0.5,
                "logit_change": 1.5,
            },
        )

    def test_what_is_not_known_is_left_out(self) -> None:
        values = answers.summary(self.given("a", "b", "c", ended=False), {}, [], None)
        self.assertEqual(values, {"count": 3, "unending": 1.0, "equal": 0.3333})

    def test_the_bases_answers_are_kept(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            self.assertEqual(answers.read_base(Path(place)), {})
            answers.write_base(Path(place), self.given("ä", "b"))
            self.assertEqual(answers.read_base(Path(place)), {"0": "ä", "1": "b"})


if __name__ == "__main__":
    unittest.main()
