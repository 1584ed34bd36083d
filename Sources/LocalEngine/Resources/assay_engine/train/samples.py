"""Sample cases that are answered at each checkpoint, to show how the model learns.

A job's folder may hold them as `samples.jsonl`: `id`, `messages`, and optionally `max_tokens` and `expected`, the
wanted answer. Answering has no effect on the training that follows, and takes only a small share of its time.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assay_engine.train import answers as figures
from assay_engine.train.answers import Answer

MOST_CASES = 16
MOST_TOKENS = 512
USUAL_TOKENS = 128
LONGEST_PROMPT = 4096
"""In tokens."""
LONGEST_TEXT = 8000
"""In characters."""

SHARE = 0.1
"""The share of the time since the last answers that the next ones may take."""
LEAST_SECONDS, MOST_SECONDS = 20.0, 120.0
"""Bounds of that time."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One case to answer."""

    id: str
    messages: list[dict[str, Any]]
    max_tokens: int
    expected: str = ""

    def prompt(self, tokenizer: Any, has_template: bool) -> list[int]:
        """The token ids of its prompt; without a chat template those of the messages' texts."""
        if has_template:
            return list(tokenizer.apply_chat_template(self.messages, add_generation_prompt=True, return_dict=False))
        return list(tokenizer.encode("\n\n".join(str(message.get("content", "")) for message in self.messages)))


def read_cases(path: Path, warn: Callable[[str], None]) -> list[Case]:
    """The cases of a file, without malformed ones."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        warn(f"{path.name} can't be read, so no case is answered at the checkpoints: {error}")
        return []
    cases: list[Case] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            messages, most = value["messages"], value.get("max_tokens") or USUAL_TOKENS
            if not messages or not all(isinstance(message["role"], str) for message in messages):
                raise ValueError("messages")
            expected = value.get("expected")
            words = expected if isinstance(expected, str) else ""
            cases.append(Case(str(value["id"]), messages, max(1, min(int(most), MOST_TOKENS)), words))
        except (ValueError, KeyError, TypeError, AttributeError):
            warn(f"{path.name}, line {number} is no case with `id` and `messages`, so it is not answered.")
    if len(cases) > MOST_CASES:
        warn(f"Of {path.name} the first {MOST_CASES} of {len(cases)} cases are answered at the checkpoints.")
    return cases[:MOST_CASES]


Answers = Callable[[list[Case], Callable[[], bool]], Iterable[tuple[Case, str, bool]]]
"""Yields cases with their answers and whether those have ended, and stops once its second argument returns true."""

Change = Callable[[list[Case]], float | None]
"""The largest difference that tuning makes to a logit after the cases' prompts; None where it isn't known."""

MOST_COMPARED = 4
"""Cases whose logits are compared with the base's."""


class Samples:
    """Has the cases of a job answered within bounds, and writes the answers as events."""

    def __init__(self, path: Path, tell: Callable[..., None], is_canceled: Callable[[], bool]) -> None:
        self._tell = tell
        self._is_canceled = is_canceled
        self._deadline = 0.0
        self._ended = time.monotonic()
        self._last_step = -1
        self._has_warned = False
        self._folder = path.parent
        self._base = figures.read_base(path.parent)
        self.cases = read_cases(path, self._warn)

    def _warn(self, message: str) -> None:
        self._tell("warning", message=message)

    def is_late(self) -> bool:
        """Whether to skip the remaining cases, because they take too long or the job is to end."""
        return time.monotonic() > self._deadline or self._is_canceled()

    def leave_out(self, reason: str) -> None:
        """Answer no cases from now on."""
        if self.cases:
            self._warn(f"No case is answered at the checkpoints: {reason}")
        self.cases = []

    def answer(self, step: int, answers: Answers, change: Change, is_base: bool) -> None:
        """Answer all cases with the weights of a step, and write the answers and their figures.

        With `is_base` the weights are still those of the base model.
        """
        if not self.cases or step == self._last_step:
            return
        self._last_step = step
        begin = time.monotonic()
        seconds = min(MOST_SECONDS, max(LEAST_SECONDS, SHARE * (begin - self._ended)))
        self._deadline = begin + seconds
        given: list[Answer] = []
        try:
            for case, text, has_ended in answers(self.cases, self.is_late):
                self._tell("sample", step=step, id=case.id, text=text[:LONGEST_TEXT])
                given.append(Answer(case.id, text[:LONGEST_TEXT], has_ended))
            if given and not self.is_late():
                self._sum_up(step, given, change, is_base)
        except Exception as error:  # Whatever it is, training goes on without.
            text = " ".join(str(error).split()) or "no reason given"
            self.leave_out(f"answering them at step {step} failed with {type(error).__name__}: {text[:500]}")
        done = len(given)
        if done < len(self.cases) and not self._is_canceled() and not self._has_warned:
            self._has_warned = True
            self._warn(
                f"{done} of {len(self.cases)} sample cases were answered at step {step}; the others would have taken "
                f"longer than {seconds:.0f} s. Lower `max_tokens` or the number of samples to see all."
            )
        self._ended = time.monotonic()

    def _sum_up(self, step: int, given: list[Answer], change: Change, is_base: bool) -> None:
        """Write the figures of a step's answers."""
        if is_base and step == 0:
            self._base = {answer.id: answer.text for answer in given}
            figures.write_base(self._folder, given)
        base = {} if step == 0 else self._base
        difference = None if step == 0 else change(self.cases[:MOST_COMPARED])
        expected = [case.expected for case in self.cases if case.expected]
        self._tell("answers", step=step, **figures.summary(given, base, expected, difference))
