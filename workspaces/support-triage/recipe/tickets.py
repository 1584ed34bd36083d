"""Tickets: what a customer writes, together with the facts that decide the answer."""

import random
import re
from dataclasses import dataclass, field

import world


@dataclass
class Ticket:
    """The text of a ticket and what is true of it, before any house rule is applied."""

    text: str
    concept: str
    severity: int
    second: str | None = None      # another concept that the ticket also mentions
    asks_human: bool = False
    plan: str | None = None
    word: str | None = None        # a word that a house rule may single out
    event: str | None = None
    tags: set[str] = field(default_factory=set)


def fill(text: str, rng: random.Random, **given: str) -> str:
    """Replace {slots}: the given ones, then numbers, then words from world.SLOTS."""
    def value(match: re.Match) -> str:
        name = match.group(1)
        if name in given:
            return given[name]
        if name == "n":
            return str(rng.randint(2, 60))
        if name == "amount":
            return str(rng.randint(5, 400))
        return rng.choice(world.SLOTS[name])
    return re.sub(r"\{(\w+)\}", value, text)


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def add_typos(text: str, rng: random.Random, protected: set[str]) -> str:
    """Drop, swap or double a letter in about a quarter of the longer words."""
    words = text.split(" ")
    open_to_typos = [i for i, w in enumerate(words)
                     if len(w) > 3 and w.isalpha() and w.lower() not in protected]
    rng.shuffle(open_to_typos)
    for i in open_to_typos[:max(1, len(words) // 4)]:
        word = words[i]
        k = rng.randrange(1, len(word) - 1)
        kind = rng.random()
        if kind < 0.4:
            words[i] = word[:k] + word[k + 1:]
        elif kind < 0.75:
            words[i] = word[:k] + word[k + 1] + word[k] + word[k + 2:]
        else:
            words[i] = word[:k] + word[k] + word[k:]
    return " ".join(words)


def join_parts(parts: list[str], rng: random.Random, greetings=world.GREETINGS,
               closings=world.CLOSINGS) -> str:
    """Write the parts as tidy sentences, as one careless line, or without any punctuation."""
    greeting = rng.choice(greetings) if rng.random() < 0.35 else ""
    closing = rng.choice(closings) if rng.random() < 0.2 else ""
    look = rng.random()
    if look < 0.55:
        body = " ".join(capitalise(p) + ("" if p[-1] in "?!" else ".") for p in parts)
        greeting = capitalise(greeting) + ", " if greeting else ""
        return greeting + body + (f" {capitalise(closing)}." if closing else "")
    if look < 0.9:
        body = rng.choice((". ", ", ")).join(parts)
        return f"{greeting} {body} {closing}".strip()
    body = " ".join(p.rstrip("?.") for p in parts)
    return f"{greeting} {body} {closing}".strip()


def arrange(core: str, extras: list[str], rng: random.Random) -> list[str]:
    """Put the extra sentences around the core one."""
    rng.shuffle(extras)
    head = [extras.pop()] if extras and rng.random() < 0.3 else []
    return head + [core] + extras
