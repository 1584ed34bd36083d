"""What is told of losses that are no numbers, and of answers."""

from __future__ import annotations

import json
import math
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401
import training_answers as answers
from training_answers import Answer
from training_events import Events


class EventTests(unittest.TestCase):
    def line(self, event: str, **values: object) -> dict[str, object]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "events.jsonl")
            events = Events(path)
            events.write(event, **values)
            events.close()
            # Strict JSON: no NaN, no Infinity.
            return json.loads(path.read_text(), parse_constant=lambda word: self.fail(word))

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

    def judge(
        self,
        given: list[Answer],
        base: dict[str, str],
        change: float | None = 1.0,
        expected: tuple[str, ...] = (),
        is_last: bool = True,
    ) -> tuple[dict[str, object], dict[str, str]]:
        values = {"step": 10} | answers.summary(given, base, change)
        return values, answers.warnings(values, list(expected), is_last)

    def test_healthy_answers_give_no_warning(self) -> None:
        values, found = self.judge(self.given("a", "b", "c", "a"), {"0": "x", "1": "y"})
        self.assertEqual(
            values, {"step": 10, "count": 4, "unending": 0.0, "equal": 0.5, "as_base": 0.0, "logit_change": 1.0}
        )
        self.assertEqual(found, {})

    def test_a_collapse_is_warned_of(self) -> None:
        _, found = self.judge(self.given(*["a"] * 9, "b"), {}, expected=("a", "b", "c", "d"))
        self.assertIn("9 of 10 sample answers are the same", found["equal"])

    def test_one_answer_is_right_where_one_is_expected(self) -> None:
        _, found = self.judge(self.given("a", "a", "a"), {}, expected=("a", "a", "a"))
        self.assertEqual(found, {})

    def test_answers_that_never_end_are_warned_of(self) -> None:
        _, found = self.judge(self.given("a", "b", "c", ended=False), {})
        self.assertIn("3 of 3 sample answers did not end", found["unending"])

    def test_a_dead_adapter_is_warned_of(self) -> None:
        given = self.given("a", "b", "c")
        base = {answer.id: answer.text for answer in given}
        _, found = self.judge(given, base, change=0.0)
        self.assertIn("changes nothing", found["alive"])
        _, found = self.judge(given, base, change=0.5)
        self.assertEqual(list(found), ["as_base"])
        _, found = self.judge(given, base, change=0.5, is_last=False)
        self.assertEqual(found, {})

    def test_two_answers_are_too_few_to_warn(self) -> None:
        _, found = self.judge(self.given("a", "a", ended=False), {}, change=0.0)
        self.assertEqual(found, {})

    def test_the_bases_answers_are_kept(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            self.assertEqual(answers.read_base(Path(place)), {})
            answers.write_base(Path(place), self.given("ä", "b"))
            self.assertEqual(answers.read_base(Path(place)), {"0": "ä", "1": "b"})


if __name__ == "__main__":
    unittest.main()
