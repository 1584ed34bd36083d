"""Members of rows that training doesn't use although they were meant to be learnt.

Needs Python's standard library only.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from assay_engine.train.findings import Finding, RowsFile, finding
from assay_engine.train.rows import Message

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
"""The word for the content of messages with the role `tool`."""


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
    """The finding for rows with members that aren't learnt."""
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
    """Members of rows that training doesn't know, with the numbers of the rows."""
    known = CONTENT | {"tools", "weight", *UNLEARNT}
    found: dict[str, list[int]] = {}
    for number, row in enumerate(rows, start=1):
        for name in row.keys() - known:
            found.setdefault(name, []).append(number)
    return dict(sorted(found.items()))
