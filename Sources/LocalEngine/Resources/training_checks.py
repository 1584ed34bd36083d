"""The pre-flight: what is known of the rows, on the real tokenizer and chat template, before a step is made.

A check that fails ends the job before anything is learnt, unless the spec's `accept` names it with a reason. Each tells
what is wrong, in which rows, and what to change. It needs Python's standard library only.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from training_rows import Message, TrainingError, conversations

MOST_ROWS = 10
"""Numbers of rows that are named."""

CHECKS = {
    "row_members": "nothing in a row is left out in silence",
    "learnt_tokens": "every row has tokens to learn",
    "cut": "no row is longer than `max_tokens`",
    "end_token": "every row teaches the end token",
    "start_token": "no row begins with two start tokens",
    "serving": "the prompts are those that the engine sends",
}
"""The checks by the names that `accept` knows them by, in the order in which they are told."""

CONTENT = {"messages", "prompt", "completion", "text", "chosen", "rejected"}
"""The members of rows that a form is made of."""
OWN = {
    "messages": {"messages"},
    "completion": {"prompt", "completion"},
    "text": {"text"},
    "preference": {"prompt", "chosen", "rejected"},
}
"""Which of them each form consists of."""
UNLEARNT = ("functions", "documents", "parallel_tool_calls", "response_format", "chat_template_kwargs")
"""Members of a row that change what a model is asked elsewhere, and that are passed on to no template here."""
WITHOUT_EFFECT = {"role", "content", "weight", "tool_call_id", "id"}
"""Members of a message that a template need not write."""
TOOL_RESULTS = "results of tools"
"""What messages with the role `tool` hold, in words."""


class Rendered(NamedTuple):
    """One conversation or text of a row as tokens."""

    row: int
    """The row's number in its file, from 1."""
    tokens: list[int]
    answer: int
    """Where the answer begins."""
    learnt: int
    """Where what is learnt begins."""
    differs: int | None = None
    """The first place where the prompt isn't the one that the engine sends."""


class RowsFile(NamedTuple):
    """A file of rows in the job's folder."""

    name: str
    count: int
    places: list[str | None] | None = None
    """Where its rows stand in the person's own files, as `train/main.jsonl:12`, where that is known."""

    def place(self, row: int) -> tuple[str, str]:
        """The file and the line of a row."""
        known = self.places[row - 1] if self.places and row <= len(self.places) else None
        file, _, line = (known or "").rpartition(":")
        return (file, line) if file else (self.name, str(row))

    def named(self, rows: list[int]) -> str:
        """The first ten places for a sentence; a file is named where it changes."""
        texts: list[str] = []
        last = ""
        for row in rows[:MOST_ROWS]:
            file, line = self.place(row)
            texts.append(line if file == last else f"{file}:{line}")
            last = file
        rest = len(rows) - MOST_ROWS
        return ", ".join(texts) + (f" and {rest} more" if rest > 0 else "")

    def counted(self, rows: list[int], one: str, more: str) -> str:
        """The beginning of a sentence about rows, with its verb."""
        if len(rows) == 1:
            return f"The row {self.named(rows)} {one}"
        return f"{len(rows)} of {self.count} rows ({self.named(rows)}) {more}"


class Finding(NamedTuple):
    """A check that failed for rows of a file."""

    check: str
    file: RowsFile
    rows: list[int]
    """Numbers of all rows concerned."""
    message: str
    fix: str

    def event(self) -> dict[str, Any]:
        """What the event `preflight` says of it."""
        return {
            "check": self.check,
            "file": self.file.name,
            "count": len(self.rows),
            "of": self.file.count,
            "rows": self.rows[:MOST_ROWS],
            "message": self.message,
            "fix": self.fix,
        }


def finding(
    check: str, file: RowsFile, rows: list[int], verbs: tuple[str, str], rest: str, fix: str
) -> Finding | None:
    """What a check found, in a sentence that begins with the rows; nothing where there are none.

    `verbs` are the sentence's verb for one row and for several, `rest` is what comes after it.
    """
    return Finding(check, file, rows, f"{file.counted(rows, *verbs)} {rest}", fix) if rows else None


# Tokens


def distinct(rendered: Iterable[Rendered]) -> list[int]:
    """Numbers of rows, each once; a pair is two conversations of one row."""
    return list(dict.fromkeys(one.row for one in rendered))


class Limits(NamedTuple):
    """What rows are held against."""

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
    """Rows that are longer than what is looked at."""
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
    """All that is wrong with a file's rows as tokens."""
    checks = (
        check_learnt(rendered, limits, file),
        check_cut(rendered, limits, file),
        check_end(rendered, limits, file),
        check_start(rendered, limits, file),
        check_serving(rendered, file),
    )
    return [found for found in checks if found is not None]


def first_difference(prompt: list[int], tokens: list[int]) -> int | None:
    """Where a prompt is not the beginning of a row's tokens."""
    for place, token in enumerate(prompt):
        if place >= len(tokens) or tokens[place] != token:
            return place
    return None


# Members


def unlearnt_members(
    row: dict[str, Any], form: str, is_masked: bool, tokens_of: Callable[[dict[str, Any]], object]
) -> list[str]:
    """The members of a row that change nothing in what is learnt although they were meant to.

    `tokens_of` renders a row. A member that a template may write is taken out, and the row rendered again.
    """
    found = [name for name in sorted(other_contents(row, form)) if row.get(name) is not None]
    found += [name for name in UNLEARNT if row.get(name)]
    if form == "text":
        return found + (["tools"] if row.get("tools") else [])
    if others := without_members(row, form):
        whole = tokens_of(row)
        found += [name for name, other in others if tokens_of(other) == whole]
    if not are_weights_kept(row, form, is_masked):
        found.append("weight")
    return list(dict.fromkeys(found))


def other_contents(row: dict[str, Any], form: str) -> set[str]:
    """Members by which the row would be of another form too."""
    return row.keys() & (CONTENT - OWN[form])


def message_lists(row: dict[str, Any], form: str) -> list[tuple[str, list[Message]]]:
    """The lists of messages in a row."""
    keys = {"messages": ("messages",), "preference": ("prompt", "chosen", "rejected")}.get(form, ())
    return [(key, row[key]) for key in keys]


def without_members(row: dict[str, Any], form: str) -> list[tuple[str, dict[str, Any]]]:
    """Copies of a row, each without one member that a template should write."""
    copies = [("tools", {key: value for key, value in row.items() if key != "tools"})] if row.get("tools") else []
    for key, messages in message_lists(row, form):
        for place, message in enumerate(messages):
            if message["role"] == "tool" and message.get("content"):
                other = copy.deepcopy(row)
                other[key][place]["content"] = ""
                copies.append((TOOL_RESULTS, other))
            for name, value in message.items():
                if name in WITHOUT_EFFECT or value in (None, "", [], {}):
                    continue
                other = copy.deepcopy(row)
                del other[key][place][name]
                if "content" not in message or message["content"] is None:
                    other[key][place].setdefault("content", "")
                copies.append((name, other))
    return copies


def are_weights_kept(row: dict[str, Any], form: str, is_masked: bool) -> bool:
    """Whether the weights that a row gives are those it is learnt with: only the last message's answer counts.

    Without a mask every message counts.
    """
    if row.get("weight", 1) != 1:
        return False
    for _, messages in message_lists(row, form):
        for place, message in enumerate(messages):
            given = message.get("weight")
            if given is None:
                continue
            counts = not is_masked or place == len(messages) - 1
            if given != (1 if counts else 0):
                return False
    return True


def member_finding(dropped: dict[int, list[str]], file: RowsFile) -> Finding | None:
    """What is told of rows with members that aren't learnt."""
    rows = sorted(dropped)
    names = list(dict.fromkeys(name for row in rows for name in dropped[row]))
    fixes = ["Remove these members or these rows"]
    if set(names) & {"tools", "tool_calls", "reasoning_content", "reasoning", "thinking", TOOL_RESULTS}:
        fixes.append("use a model whose chat template writes them")
    if "weight" in names:
        fixes.append("give `weight` 1 to the last message and 0 to earlier answers")
    shown = ", ".join(name if name == TOOL_RESULTS else f"`{name}`" for name in names[:6])
    return finding(
        "row_members",
        file,
        rows,
        ("has", "have"),
        f"{shown}, which would not be learnt: the chat template or the loss leaves it out.",
        ", or ".join(fixes) + ".",
    )


def unknown_members(rows: Iterable[dict[str, Any]]) -> dict[str, list[int]]:
    """Members of rows that mean nothing to training, with the numbers of the rows."""
    known = CONTENT | {"tools", "weight", *UNLEARNT}
    found: dict[str, list[int]] = {}
    for number, row in enumerate(rows, start=1):
        for name in row.keys() - known:
            found.setdefault(name, []).append(number)
    return dict(sorted(found.items()))


# Rows to tokens


class Encoder:
    """Makes tokens of rows; the back ends say how their tokenizers are asked."""

    def __init__(self, is_masked: bool) -> None:
        self.is_masked = is_masked

    def text(self, text: str) -> list[int]:
        """A text's tokens, with the end token."""
        raise NotImplementedError

    def chat(self, messages: list[Message], tools: Any, asks: bool) -> list[int]:
        """The tokens of messages; with `asks` the answer is expected next."""
        raise NotImplementedError

    def served(self, messages: list[Message], tools: Any) -> list[int]:
        """The tokens that the engine's server sends for messages."""
        raise NotImplementedError

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        """Where the answer begins in a row's tokens."""
        raise NotImplementedError

    def render(self, row: dict[str, Any], form: str, number: int) -> list[Rendered]:
        """A row's texts or conversations as tokens."""
        made: list[Rendered] = []
        tools = row.get("tools") or None
        for conversation in conversations(row, form):
            if isinstance(conversation, str):
                made.append(Rendered(number, self.text(conversation), 0, 0))
                continue
            prompt, answer = conversation
            tokens = self.chat(prompt + answer, tools, False)
            if not prompt and not self.is_masked:
                made.append(Rendered(number, tokens, 0, 0))
                continue
            begin = self.begin(tokens, self.chat(prompt, tools, True))
            differs = first_difference(self.served(prompt, tools), tokens)
            made.append(Rendered(number, tokens, begin, begin if self.is_masked else 0, differs))
        return made


def as_served(messages: list[Message]) -> list[Message]:
    """Messages as the engine's server gives them to the template: texts for contents, objects for arguments."""
    made = copy.deepcopy(messages)
    for message in made:
        content = message.get("content")
        if isinstance(content, list):
            message["content"] = "".join(part.get("text", "") for part in content if isinstance(part, dict))
        elif content is None:
            message["content"] = ""
        for call in message.get("tool_calls") or []:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str) and function["arguments"]:
                function["arguments"] = json.loads(function["arguments"])
    return made


# Together


class Preflight:
    """The checks of a job's files, and what comes of them."""

    def __init__(self, accept: dict[str, str]) -> None:
        self._accept = accept
        self.findings: list[Finding] = []
        self.rows = 0

    def check(
        self,
        rows: list[dict[str, Any]],
        form: str,
        name: str,
        encoder: Encoder,
        limits: Limits,
        places: list[str | None] | None = None,
    ) -> list[list[Rendered]]:
        """Render a file's rows and look at them. Raises a `TrainingError` where a row doesn't fit the template."""
        file = RowsFile(name, len(rows), places)
        made: list[list[Rendered]] = []
        dropped: dict[int, list[str]] = {}

        def tokens_of(row: dict[str, Any]) -> object:
            return [one.tokens for one in encoder.render(row, form, 0)]

        for number, row in enumerate(rows, start=1):
            try:
                made.append(encoder.render(row, form, number))
                names = unlearnt_members(row, form, encoder.is_masked, tokens_of)
            except TrainingError:
                raise
            except Exception as error:
                raise TrainingError(
                    f"The row {file.named([number])} does not fit the chat template: {error}"
                ) from error
            if names:
                dropped[number] = names
        found = member_finding(dropped, file)
        self.findings += [found] if found is not None else []
        self.findings += token_findings([one for row in made for one in row], limits, file)
        self.rows += len(rows)
        return made

    def settle(self, write: Callable[..., None]) -> None:
        """Tell what was found. Raises a `TrainingError` where something isn't accepted."""
        order = list(CHECKS)
        findings = sorted(self.findings, key=lambda found: order.index(found.check))
        refused = [found for found in findings if not self.reason(found.check)]
        for found in findings:
            reason = self.reason(found.check)
            write("preflight", **found.event(), **({"accepted": reason} if reason else {}))
            if reason:
                write("warning", message=f"{found.message} Accepted ({found.check}): {reason}")
        if not findings:
            write(
                "preflight",
                check="all",
                count=0,
                of=self.rows,
                rows=[],
                message="All pre-flight checks passed.",
                fix="",
            )
        if refused:
            raise TrainingError(refusal(refused))

    def reason(self, check: str) -> str:
        """Why a check may fail, in the words of who accepted it."""
        value = self._accept.get(check)
        return " ".join(value.split())[:500] if isinstance(value, str) else ""


def refusal(findings: list[Finding]) -> str:
    """The sentence that ends a job."""
    first = findings[0]
    checks = list(dict.fromkeys(found.check for found in findings))
    more = f" Also failed: {', '.join(checks[1:])}." if len(checks) > 1 else ""
    accept = " ".join(f"--accept {check}=REASON" for check in checks)
    return (
        f"Training did not start. {first.message} {first.fix}{more} What is meant so can be accepted: `assay jobs resume` "
        f"with {accept}."
    )


def check_accept(accept: object) -> None:
    """Refuse an `accept` that isn't a reason for each check. Raises a `TrainingError`."""
    if not isinstance(accept, dict):
        raise TrainingError("`accept` must be an object: for each accepted check its reason.")
    for name, reason in accept.items():
        if name not in CHECKS:
            raise TrainingError(f"`accept` names the check {name!r}; there are {', '.join(CHECKS)}.")
        if not isinstance(reason, str) or not reason.strip():
            raise TrainingError(f"`accept` needs a reason for {name}: say why it may fail.")


def known_ends(ids: Collection[int | None], text_of: Callable[[int], str]) -> dict[int, str]:
    """The end tokens with their texts."""
    return {token: text_of(token) for token in sorted(one for one in ids if one is not None)}
