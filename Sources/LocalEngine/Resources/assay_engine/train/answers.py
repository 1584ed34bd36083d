"""Figures of the answers at a checkpoint: how many end, how many are equal, how many are the base model's."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """A sample case's answer."""

    id: str
    text: str
    has_ended: bool
    """Whether the model ended it, rather than the limit of tokens."""


def most_common(texts: Iterable[str]) -> float:
    """The share of the most frequent text."""
    counts = collections.Counter(text.strip() for text in texts)
    return max(counts.values()) / counts.total() if counts else 0.0


def summary(answers: list[Answer], base: dict[str, str], expected: list[str], change: float | None) -> dict[str, Any]:
    """The values of an `answers` event.

    `base` has the base model's answers by id, `expected` the wanted answers as far as they are known; `change` is the
    largest difference of a logit from the base's.
    """
    count = len(answers)
    values: dict[str, Any] = {
        "count": count,
        "unending": round(sum(not answer.has_ended for answer in answers) / count, 4),
        "equal": round(most_common(answer.text for answer in answers), 4),
    }
    if expected:
        values["expected_equal"] = round(most_common(expected), 4)
    known = [answer for answer in answers if answer.id in base]
    if known:
        same = sum(answer.text == base[answer.id] for answer in known)
        values["as_base"] = round(same / len(known), 4)
    if change is not None:
        values["logit_change"] = change
    return values


# The base model's answers, which a resumed job needs too

NAME = "base_answers.json"


def read_base(folder: Path) -> dict[str, str]:
    """The base model's answers by id; empty where they weren't kept."""
    try:
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {str(key): str(value) for key, value in values.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def write_base(folder: Path, answers: list[Answer]) -> None:
    """Keep the base model's answers."""
    text = json.dumps({answer.id: answer.text for answer in answers}, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")
