"""Checks of rows as tokens: that there is something to learn, and that the server sends the same prompts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from assay_engine.train.encoder import Rendered
from assay_engine.train.findings import Finding, RowsFile, finding


def distinct(rendered: Iterable[Rendered]) -> list[int]:
    """Numbers of rows, each once; a pair is two conversations of one row."""
    return list(dict.fromkeys(one.row for one in rendered))


class Limits(NamedTuple):
    """The tokenizer's and the spec's limits that rows are checked against."""

    longest: int
    """`max_tokens`."""
    ends: dict[int, str]
    """The tokens at which the engine stops, with their texts."""
    start: int | None
    """The token that a sequence begins with, where the tokenizer has one."""
    start_text: str = ""


def check_learnt(rendered: list[Rendered], limits: Limits, file: RowsFile) -> Finding | None:
    """Rows of which nothing would be learnt."""
    return finding(
        "learnt_tokens",
        file,
        distinct(one for one in rendered if one.learnt >= min(len(one.tokens), limits.longest)),
        ("has", "have"),
        f"no token to learn: within `max_tokens` {limits.longest} there is only the prompt, or the answer is empty.",
        "Raise `max_tokens`, or remove these rows.",
    )


def check_cut(rendered: list[Rendered], limits: Limits, file: RowsFile) -> Finding | None:
    """Rows that are longer than `max_tokens`."""
    most = max((len(one.tokens) for one in rendered), default=0)
    return finding(
        "cut",
        file,
        distinct(one for one in rendered if len(one.tokens) > limits.longest),
        ("is", "are"),
        f"longer than `max_tokens` {limits.longest}, so what comes after would be cut off, the end token included; "
        f"the longest has {most} tokens.",
        f"Raise `max_tokens` to {most}, or shorten or remove these rows.",
    )


def check_end(rendered: list[Rendered], limits: Limits, file: RowsFile) -> Finding | None:
    """Rows whose answers don't end with the token at which the engine stops."""
    rows = distinct(one for one in rendered if not any(token in limits.ends for token in one.tokens[one.answer :]))
    if rows and not limits.ends:
        message = "The model names no end token, so no row can teach it to stop."
        return Finding("end_token", file, rows, message, "Set `eos_token` in the model's tokenizer_config.json.")
    names = " or ".join(sorted(set(limits.ends.values()))[:4])
    return finding(
        "end_token",
        file,
        rows,
        ("doesn't", "don't"),
        f"teach the end token {names}: it is not among the tokens of the answer, so the model would not learn to stop.",
        f"Have the chat template write {names} after the assistant's message, or set `eos_token` in "
        "tokenizer_config.json to the token that it writes there.",
    )


def check_start(rendered: list[Rendered], limits: Limits, file: RowsFile) -> Finding | None:
    """Rows that begin with two start tokens."""
    begins = [] if limits.start is None else [limits.start, limits.start]
    return finding(
        "start_token",
        file,
        distinct(one for one in rendered if begins and one.tokens[:2] == begins),
        ("begins", "begin"),
        f"with two start tokens {limits.start_text}, which the model never sees when it is asked.",
        "Remove the start token from the rows' texts, or from the chat template.",
    )


def check_serving(rendered: list[Rendered], file: RowsFile) -> Finding | None:
    """Rows whose prompts are not what the engine sends for the same messages."""
    different = [one for one in rendered if one.differs is not None]
    first = f"{file.named([different[0].row])}: from token {different[0].differs} on" if different else ""
    return finding(
        "serving",
        file,
        distinct(different),
        ("has", "have"),
        f"other tokens before the answer than the engine sends for the same messages ({first}), so the model would be "
        "asked in another way than it was trained.",
        "Change the chat template so that it writes a prompt the same with and without an answer after it, and ends "
        "the prompt with what the answer follows.",
    )


def token_findings(rendered: list[Rendered], limits: Limits, file: RowsFile) -> list[Finding]:
    """The findings for a file's rows as tokens."""
    checks = (
        check_learnt(rendered, limits, file),
        check_cut(rendered, limits, file),
        check_end(rendered, limits, file),
        check_start(rendered, limits, file),
        check_serving(rendered, file),
    )
    return [found for found in checks if found is not None]
