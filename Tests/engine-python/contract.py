"""Reads the contracts with the Swift side (see Tests/contracts/README.md)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import support


class Key(NamedTuple):
    """What a contract says of a key."""

    kind: str
    words: frozenset[str]

    @property
    def is_optional(self) -> bool:
        return bool(self.words & {"optional", "unwritten"})

    def fits(self, value: Any) -> bool:
        """Whether a value is of the key's type."""
        kind = self.kind.removesuffix(" or null")
        if value is None:
            return kind != self.kind
        match kind:
            case "string":
                return isinstance(value, str)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)
            case "[integer]":
                return isinstance(value, list) and all(isinstance(one, int) for one in value)
            case "{string}":
                return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
            case "[gpu]":
                return isinstance(value, list) and not [found for one in value for found in problems(one, GPU)]
        raise ValueError(kind)


def keys(described: dict[str, str]) -> dict[str, Key]:
    """Keys by name, from their descriptions."""
    split = {name: text.split(", ") for name, text in described.items()}
    return {name: Key(kind, frozenset(words)) for name, (kind, *words) in split.items()}


def read(name: str) -> dict[str, Any]:
    """A contract's file."""
    found: dict[str, Any] = json.loads((support.CONTRACTS / name).read_text(encoding="utf-8"))
    return found


SPEC = keys(read("spec.json")["keys"])
_events = read("events.json")
GPU = keys(_events["gpu"])
EVENTS = {name: keys(_events["every"] | event["keys"]) for name, event in _events["events"].items()}
EXAMPLES: dict[str, dict[str, Any]] = {name: event["example"] for name, event in _events["events"].items()}


def problems(values: dict[str, Any], known: dict[str, Key]) -> list[str]:
    """How an object differs from the keys of a contract."""
    missing = [f"{name} is missing" for name, key in known.items() if not key.is_optional and name not in values]
    unknown = [f"{name} is unknown" for name in values if name not in known]
    wrong = [f"{name} is {value!r}" for name, value in values.items() if name in known and not known[name].fits(value)]
    return missing + unknown + wrong


def event_problems(line: dict[str, Any]) -> list[str]:
    """How a line of `events.jsonl` differs from the contract."""
    known = EVENTS.get(str(line.get("event")))
    return [f"there is no event {line.get('event')!r}"] if known is None else problems(line, known)
