"""The rows a model is tuned on: read from a file with useful complaints, and served in batches."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PADDING = 32
"""Rows are padded to a multiple of this, so that few shapes of arrays occur."""


class TrainingError(Exception):
    """Something the person can put right; its text says how."""


Message = dict[str, Any]
"""A message of a conversation: `role`, `content`, and what else a chat template may know."""

MOST_PROBLEMS = 10
"""Rows that are named at once."""


FORMS = {
    "messages": "`messages`",
    "completion": "`prompt` with `completion`",
    "text": "`text`",
    "preference": "`prompt` with `chosen` and `rejected` (lists of messages)",
}
"""The kinds of rows, and the keys that tell them."""


def read_rows(
    path: Path, allowed: tuple[str, ...] = ("messages", "completion", "text")
) -> tuple[list[dict[str, Any]], str]:
    """The rows of a file, and their common form, one of those allowed.

    Raises a `TrainingError` that names each odd line, up to ten of them.
    """
    rows: list[dict[str, Any]] = []
    form = ""
    problems: list[str] = []
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return [], form
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row, form = read_row(line, f"{path.name}, line {number}", form, allowed)
            rows.append(row)
        except TrainingError as error:
            problems.append(str(error))
    if problems:
        rest = len(problems) - MOST_PROBLEMS
        raise TrainingError(" ".join(problems[:MOST_PROBLEMS]) + (f" {rest} more lines are odd." if rest > 0 else ""))
    return rows, form


def read_row(line: str, where: str, form: str, allowed: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """A line's row and its form, which must be the one of earlier rows. Raises a `TrainingError`."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{where} is not JSON: {error}.") from error
    this = row_form(row)
    if this is None or this not in allowed:
        raise TrainingError(f"{where} is no row with {', or '.join(FORMS[form] for form in allowed)}.")
    check_parts(row, this, where)
    if form and this != form:
        raise TrainingError(f"{where} has `{this}`, and earlier rows `{form}`; a file holds one form of rows.")
    return row, this


def check_parts(row: dict[str, Any], form: str | None, where: str) -> None:
    """Refuse messages that are none, naming the place."""
    keys = {"messages": ("messages",), "preference": ("prompt", "chosen", "rejected")}.get(form or "", ())
    for key in keys:
        for number, message in enumerate(row[key], start=1):
            if not isinstance(message, dict) or not isinstance(message.get("role"), str):
                raise TrainingError(f"{where}: message {number} of `{key}` has no `role`.")
            if not isinstance(message.get("content"), str) and not message.get("tool_calls"):
                raise TrainingError(f"{where}: message {number} of `{key}` has no `content` that is text.")
    if form == "messages" and row["messages"][-1]["role"] != "assistant":
        raise TrainingError(f"{where}: the last message must be the answer to learn, with the role `assistant`.")
    if form in ("completion", "text") and not row["completion" if form == "completion" else "text"].strip():
        raise TrainingError(f"{where} has nothing to learn: its text is empty.")


def row_form(row: Any) -> str | None:
    """Which kind of row this is, by the keys that mlx-lm and TRL look for."""
    if not isinstance(row, dict):
        return None
    if all(isinstance(row.get(key), list) and row[key] for key in ("prompt", "chosen", "rejected")):
        return "preference"
    if isinstance(row.get("prompt"), str) and isinstance(row.get("completion"), str):
        return "completion"
    if isinstance(row.get("messages"), list) and row["messages"]:
        return "messages"
    return "text" if isinstance(row.get("text"), str) else None


def conversations(row: dict[str, Any], form: str) -> list[str | tuple[list[Message], list[Message]]]:
    """What is learnt from a row: a text, a prompt with its answer, or a prompt with the better and the worse answer."""
    match form:
        case "text":
            return [row["text"]]
        case "completion":
            prompt = [{"role": "user", "content": row["prompt"]}]
            return [(prompt, [{"role": "assistant", "content": row["completion"]}])]
        case "messages":
            return [(row["messages"][:-1], row["messages"][-1:])]
        case _:
            return [(row["prompt"], row["chosen"]), (row["prompt"], row["rejected"])]


Row = tuple[list[int], int]
"""Tokens, and how many of the first ones are the prompt, which is not learnt."""

Example = tuple[Row, ...]
"""What one line of a file has become: one row, or a pair with the same prompt."""


class Batches:
    """Serves rows to mlx-lm's `train` and `evaluate`.

    Unlike mlx-lm's own function this one leaves no row out, mixes the rows anew in each epoch, and can start in the
    middle.
    """

    def __init__(self, seed: int, skip: int = 0) -> None:
        self._seed = seed
        self._skip = skip
        self.worked_tokens = 0
        """Tokens in the batch that is being learnt from, prompts included and padding not."""

    def __call__(
        self,
        dataset: list[Row],
        batch_size: int,
        max_seq_length: int,
        loop: bool = False,
        seed: int | None = None,
        comm_group: Any = None,
    ) -> Iterator[tuple[Any, Any]]:
        if not loop:
            ordered = sorted(range(len(dataset)), key=lambda index: len(dataset[index][0]))
            for first in range(0, len(ordered), batch_size):
                yield self.arrays([dataset[i] for i in ordered[first : first + batch_size]], max_seq_length)
            return
        epoch, done = 0, 0
        while True:
            for indices in self.epoch(dataset, batch_size, epoch):
                if done >= self._skip:
                    self.worked_tokens = sum(min(len(dataset[i][0]), max_seq_length) for i in indices)
                    yield self.arrays([dataset[i] for i in indices], max_seq_length)
                done += 1
            epoch += 1

    def epoch(self, dataset: list[Row], batch_size: int, epoch: int) -> list[list[int]]:
        """Every row once, rows of like length together; the last batch is filled up with rows drawn again."""
        chance = random.Random(f"{self._seed}/{epoch}")
        order = list(range(len(dataset)))
        chance.shuffle(order)
        order += order[: -len(order) % batch_size]
        order.sort(key=lambda index: -(-len(dataset[index][0]) // PADDING))
        batches = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
        chance.shuffle(batches)
        return batches

    @staticmethod
    def arrays(rows: list[Row], longest: int) -> tuple[Any, Any]:
        """Token ids padded with zeros, and for each row the places of the answer's first and last token.

        mlx-lm's loss counts both places, and its own batches give the place after the last: a padding token, which is
        then learnt as a part of every answer.
        """
        import mlx.core as mx
        import numpy as np

        lengths = [min(len(tokens), longest) for tokens, _ in rows]
        width = min(1 + PADDING * -(-max(lengths) // PADDING), longest)
        batch = np.zeros((len(rows), width), np.int32)
        for index, (tokens, _) in enumerate(rows):
            batch[index, : lengths[index]] = tokens[: lengths[index]]
        return mx.array(batch), mx.array([(offset, length - 1) for (_, offset), length in zip(rows, lengths)])
