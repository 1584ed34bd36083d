"""Rows as they are read, batched and given to TRL."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support  # noqa: F401

from assay_engine.mlx.batches import PADDING, Batches
from assay_engine.train import rows
from assay_engine.train.rows import Row, TrainingError
from assay_engine.trl.columns import answer_columns, pair_columns

USER, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
PAIR = {"prompt": [USER], "chosen": [ANSWER], "rejected": [ANSWER]}
ALL = ("messages", "completion", "text", "preference")


class FormTests(unittest.TestCase):
    def test_rows_are_recognised_by_their_keys(self) -> None:
        for row, form in (
            ({"messages": [USER, ANSWER]}, "messages"),
            ({"prompt": "q", "completion": "a"}, "completion"),
            ({"text": "t"}, "text"),
            (PAIR, "preference"),
            ({"messages": []}, None),
            ({"prompt": "q"}, None),
            ({"prompt": [USER], "chosen": [], "rejected": [ANSWER]}, None),
            ([1], None),
            ("text", None),
        ):
            self.assertEqual(rows.row_form(row), form, row)

    def read(self, *lines: Any, allowed: tuple[str, ...] = ALL) -> tuple[list[dict[str, Any]], str]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "train.jsonl")
            path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines))
            return rows.read_rows(path, allowed)

    def refusal(self, *lines: Any, allowed: tuple[str, ...] = ALL) -> str:
        with self.assertRaises(TrainingError) as caught:
            self.read(*lines, allowed=allowed)
        return str(caught.exception)

    def test_empty_lines_and_missing_files_are_no_rows(self) -> None:
        self.assertEqual(self.read("", {"text": "t"}, "  "), ([{"text": "t"}], "text"))
        self.assertEqual(rows.read_rows(Path("/nowhere/train.jsonl")), ([], ""))

    def test_a_file_holds_one_form(self) -> None:
        self.assertIn(
            "line 2 has `text`, and earlier rows `messages`", self.refusal({"messages": [USER, ANSWER]}, {"text": "t"})
        )

    def test_forms_that_are_not_allowed(self) -> None:
        self.assertIn("line 1 is no row with `text`", self.refusal(PAIR, allowed=("text",)))

    def test_parts_that_are_odd(self) -> None:
        for row, words in (
            ({"messages": [{"content": "q"}, ANSWER]}, "message 1 of `messages` has no `role`"),
            ({"messages": [{"role": "user", "content": 3}, ANSWER]}, "message 1 of `messages` has no `content`"),
            ({"messages": [ANSWER, USER]}, "the last message must be the answer"),
            ({"prompt": "q", "completion": " "}, "nothing to learn"),
            ({"text": "\n"}, "nothing to learn"),
            (PAIR | {"chosen": ["a"]}, "message 1 of `chosen` has no `role`"),
        ):
            self.assertIn(words, self.refusal(row))

    def test_no_more_than_ten_lines_are_named(self) -> None:
        text = self.refusal(*["{"] * 13)
        self.assertIn("line 10 ", text)
        self.assertNotIn("line 11 ", text)
        self.assertIn("3 more lines", text)

    def test_what_is_learnt_of_a_row(self) -> None:
        self.assertEqual(rows.conversations({"text": "t"}, "text"), ["t"])
        self.assertEqual(rows.conversations({"messages": [USER, ANSWER]}, "messages"), [([USER], [ANSWER])])
        made = rows.conversations({"prompt": "q", "completion": "a"}, "completion")
        self.assertEqual(made, [([USER], [ANSWER])])
        self.assertEqual(rows.conversations(PAIR, "preference"), [([USER], [ANSWER]), ([USER], [ANSWER])])


class ColumnTests(unittest.TestCase):
    def test_prompts_are_not_learnt(self) -> None:
        self.assertEqual(
            answer_columns((([1, 2, 3, 4], 2),), 9), {"input_ids": [1, 2, 3, 4], "labels": [-100, -100, 3, 4]}
        )
        self.assertEqual(answer_columns((([1, 2, 3, 4], 2),), 3), {"input_ids": [1, 2, 3], "labels": [-100, -100, 3]})
        self.assertEqual(answer_columns((([1, 2], 0),), 9)["labels"], [1, 2])

    def test_pairs_share_the_shorter_prompt(self) -> None:
        columns = pair_columns((([1, 2, 3, 4], 3), ([1, 2, 5, 6, 7], 2)), 4)
        self.assertEqual(columns, {"prompt_ids": [1, 2], "chosen_ids": [3, 4], "rejected_ids": [5, 6]})


class BatchTests(unittest.TestCase):
    def dataset(self, count: int) -> list[Row]:
        return [([number] * (1 + number * 7 % 100), 0) for number in range(count)]

    def test_an_epoch_has_every_row_and_full_batches(self) -> None:
        for count, size in ((10, 4), (8, 4), (1, 1), (5, 5), (101, 7)):
            dataset = self.dataset(count)
            batches = Batches(seed=3).epoch(dataset, size, 0)
            self.assertTrue(all(len(batch) == size for batch in batches))
            self.assertEqual({index for batch in batches for index in batch}, set(range(count)))
            self.assertEqual(len(batches), -(-count // size))

    def test_rows_of_a_batch_are_of_like_length(self) -> None:
        dataset = self.dataset(64)
        for batch in Batches(seed=3).epoch(dataset, 4, 0):
            lengths = [-(-len(dataset[index][0]) // PADDING) for index in batch]
            self.assertLessEqual(max(lengths) - min(lengths), 1)

    def test_order_depends_on_seed_and_epoch_alone(self) -> None:
        dataset = self.dataset(20)
        first = Batches(seed=1).epoch(dataset, 4, 0)
        self.assertEqual(Batches(seed=1, skip=3).epoch(dataset, 4, 0), first)
        self.assertNotEqual(Batches(seed=2).epoch(dataset, 4, 0), first)
        self.assertNotEqual(Batches(seed=1).epoch(dataset, 4, 1), first)


if __name__ == "__main__":
    unittest.main()
