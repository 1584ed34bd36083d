"""Rows as tokens, through a back end's tokenizer."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from assay_engine.train.rows import Message, conversations


class Rendered(NamedTuple):
    """One conversation or text of a row as tokens."""

    row: int
    """The row's number in its file, from 1."""
    tokens: list[int]
    answer: int
    """Index of the answer's first token."""
    learnt: int
    """Index of the first token that is learnt."""
    differs: int | None = None
    """The first index at which the prompt differs from the one that the server sends."""


class Encoder:
    """Encodes rows as tokens; each back end adds how its tokenizer is called."""

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
        """Index of the answer's first token in a row's tokens."""
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


def first_difference(prompt: list[int], tokens: list[int]) -> int | None:
    """The first index at which a prompt differs from a row's tokens; None where it is their beginning."""
    for place, token in enumerate(prompt):
        if place >= len(tokens) or tokens[place] != token:
            return place
    return None


def known_ends(ids: Collection[int | None], text_of: Callable[[int], str]) -> dict[int, str]:
    """The end tokens with their texts."""
    return {token: text_of(token) for token in sorted(one for one in ids if one is not None)}
