"""What the answers at a checkpoint say of a model, whatever they are about: whether they end, differ and are new."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

FEWEST = 3
"""With fewer answers nothing is warned of."""
MOST_UNENDING = 0.5
MOST_EQUAL = 0.8
MOST_AS_BASE = 0.9
"""The shares from which there is a warning."""
LEAST_CHANGE = 1e-6
"""A smaller difference of a logit is none."""


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


def summary(answers: list[Answer], base: dict[str, str], change: float | None) -> dict[str, Any]:
    """The shares that an `answers` event tells.

    `base` has the base model's answers by id; `change` is the largest difference of a logit from the base's.
    """
    count = len(answers)
    values: dict[str, Any] = {
        "count": count,
        "unending": round(sum(not answer.has_ended for answer in answers) / count, 4),
        "equal": round(most_common(answer.text for answer in answers), 4),
    }
    known = [answer for answer in answers if answer.id in base]
    if known:
        same = sum(answer.text == base[answer.id] for answer in known)
        values["as_base"] = round(same / len(known), 4)
    if change is not None:
        values["logit_change"] = change
    return values


def warnings(values: dict[str, Any], expected: list[str], is_last: bool) -> dict[str, str]:
    """Sentences about shares above the limits, by what they are about."""
    count, step = values["count"], values.get("step", 0)
    if step == 0 or count < FEWEST:
        return {}
    found: dict[str, str] = {}
    if values["unending"] >= MOST_UNENDING:
        found["unending"] = (
            f"At step {step}, {share(values['unending'], count)} sample answers did not end by "
            "themselves. Check that the rows "
            "teach the end token, and that `max_tokens` of the samples is large enough."
        )
    if values["equal"] >= MOST_EQUAL and values["equal"] > most_common(expected) + 0.2:
        found["equal"] = (
            f"At step {step}, {share(values['equal'], count)} sample answers are the same: the model "
            "may have collapsed to one "
            "answer. Lower the learning rate, take an earlier checkpoint, or balance the rows."
        )
    if 0 <= values.get("logit_change", 1.0) < LEAST_CHANGE:
        found["alive"] = (
            f"At step {step} the adapter changes nothing: the model's numbers are those of its base. "
            "Raise the learning rate "
            "or `scale`, and check that layers are tuned."
        )
    elif is_last and values.get("as_base", 0.0) >= MOST_AS_BASE:
        found["as_base"] = (
            f"At the last step, {share(values['as_base'], count)} sample answers are those of the "
            "base model. Train for more "
            "steps, or raise the learning rate."
        )
    return found


def share(part: float, count: int) -> str:
    """A share for a sentence, as a count."""
    return f"{round(part * count)} of {count}"


# The base's answers, which a job that goes on needs too

NAME = "base_answers.json"


def read_base(folder: Path) -> dict[str, str]:
    """The base's answers by id; none where they weren't kept."""
    try:
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {str(key): str(value) for key, value in values.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def write_base(folder: Path, answers: list[Answer]) -> None:
    """Keep the base's answers."""
    text = json.dumps({answer.id: answer.text for answer in answers}, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")
