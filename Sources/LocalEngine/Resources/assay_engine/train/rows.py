"""The rows a model is tuned on, as they are read from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class TrainingError(Exception):
    """A problem that the user can correct; the text says how."""


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
"""The kinds of rows, and the keys by which they are recognised."""


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
    """Refuse malformed messages and empty texts. Raises a `TrainingError` that names the place."""
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
    """The kind of a row, by the keys that mlx-lm and TRL look for; None where it is none."""
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
    """The parts of a row: a text, a prompt with its answer, or a prompt with the better and the worse answer."""
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
"""One line of a file as tokens: one row, or a pair with the same prompt."""
