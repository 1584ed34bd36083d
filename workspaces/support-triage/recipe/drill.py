"""Drills: prompts that ask only to go on from a word, or for what words stand for.

Looking words up in a prompt is hardly learnt from triage alone: a ticket asks for one word, and
guessing among a few labels is nearly as good. Here every answer holds many words that can't be
guessed. Three steps, each easier after the one before: `quote`, `pairs`, `words`.
"""

import json
import random
import re

import world
from desk import new_word
from tickets import fill

# Frequent words, most of them one token: looking those up is learnt first.
COMMON = tuple(sorted({
    word for concept in world.CONCEPTS for _, text in concept.phrases
    for word in re.findall(r"(?<![{\w])[a-z]{3,}(?![}\w])", text)}))
LABELS = tuple(sorted({label for concept in world.CONCEPTS for label in concept.labels}))
RULES_LABELS_FIRST = (
    "{v} for {w} customers.", "{v} for anything for the {w}.", "{v} for {w} tickets.")
RULES_WORDS_FIRST = ("{w} customers: {v}.", "Anything for the {w}: {v}.")


def quote(rng: random.Random, turns: int):
    """Go on with a text of random words from a word that is given."""
    used: set[str] = set()
    made = rng.choice((0.0, 0.0, 0.3, 1.0))
    text = rng.sample(COMMON, rng.randint(15, 50))
    text = [new_word(rng, used) if rng.random() < made else word for word in text]
    solved = []
    for _ in range(turns):
        first = rng.randrange(len(text) - 8)
        answer = " ".join(["the"] + text[first:first + rng.randint(6, 14)])
        solved.append((f"the {text[first]}", answer, {"label", "drill", "quote"}))
    return "[CONTEXT]\nthe " + " ".join(text) + "\n\n[TASK]\nGo on from the word.", solved


def pairs(rng: random.Random, turns: int):
    """Go on with a list of words and labels from a word, or say the labels of some words."""
    used: set[str] = set()
    made = rng.choice((0.0, 0.0, 0.5, 1.0))
    count = rng.randint(3, 12)
    names = [new_word(rng, used) if rng.random() < made else word
             for word in rng.sample(COMMON, count)]
    labels = rng.sample(rng.choice((COMMON, COMMON, LABELS)), rng.randint(3, 8))
    between = rng.choice((" ", " ", " = ", " = ", ": "))
    entries = [f"{name}{between}{label}"
               for name, label in [(name, rng.choice(labels)) for name in names]]
    in_order = rng.random() < 0.5
    solved = []
    for _ in range(turns):
        if in_order:
            first = rng.randrange(count)
            chosen = list(range(first, min(count, first + rng.randint(1, 5))))
            text = f"the {names[first]}"
        else:
            chosen = rng.sample(range(count), rng.randint(1, min(4, count)))
            text = "the " + ", ".join(names[i] for i in chosen)
        answer = "the " + "; ".join(entries[i] for i in chosen)
        solved.append((text, answer, {"label", "drill", f"pairs{between.strip()}"}))
    job = "Go on from the word." if in_order else "Look up the words."
    return "[CONTEXT]\nthe " + "; ".join(entries) + f".\n\n[TASK]\n{job}", solved


def words(rng: random.Random, turns: int, common: bool, labels_first: bool,
          triage: bool = False):
    """Say what words stand for that a list, house rules and examples explain.

    With `triage`, in the shape of triage: no rules, and one label as JSON.
    """
    used: set[str] = set()

    def word() -> str:
        if not common:
            return new_word(rng, used)
        found = rng.choice([w for w in COMMON if w not in used])
        used.add(found)
        return found

    def question(name: str) -> str:
        if common or rng.random() < 0.6:
            return f"the {name}"
        return fill(rng.choice(world.WORD_FRAMES)[1], rng, w=name)

    count = rng.randint(2, 6)
    kind = rng.choice(("standard", "standard", "common", "new")) if not common else "new"
    labels = {"standard": lambda: rng.sample(LABELS, count),
              "common": lambda: rng.sample(COMMON, count),
              "new": lambda: [word() for _ in range(count)]}[kind]()
    used.update(labels)
    parts = rng.choice(("list", "list", "examples", "examples", "rules", "list rules",
                        "list examples", "list rules examples"))
    if triage:
        parts = rng.choice(("list", "list", "examples", "list examples"))
        key = rng.choice(world.CATEGORY_KEYS)
    known: list[tuple[str, str, str]] = []
    context, shown = [], []
    if "list" in parts:
        lines = []
        for label in labels:
            group = [word() for _ in range(rng.randint(1, 3))]
            known += [(name, label, "list") for name in group]
            lines.append(f"- {label}: {', '.join(group)}")
        if labels_first:
            context.append("Words our customers use:\n" + "\n".join(lines))
        else:
            rng.shuffle(known)
            listed = "; ".join(f"{name} = {label}" for name, label, _ in known)
            context.append(f"Words our customers use: {listed}.")
    if "rules" in parts:
        lines = []
        for _ in range(rng.randint(1, 4)):
            name, key = word(), rng.choice(world.PRIORITY_KEYS)
            value = f"{key} {rng.choice(rng.choice(world.PRIORITY_LABELS))}"
            known.append((name, value, "rule"))
            wordings = RULES_LABELS_FIRST if labels_first else RULES_WORDS_FIRST
            lines.append("- " + rng.choice(wordings).format(v=value, w=name))
        context.append(("House rules:\n" if labels_first else "") + "\n".join(lines))
    if "examples" in parts:
        for _ in range(rng.randint(2, 6)):
            name, label = word(), rng.choice(labels)
            known.append((name, label, "example"))
            answer = json.dumps({key: label}) if triage else label
            shown.append(f"Ticket: {question(name)}\nAnswer: {answer}")
    if triage:
        known = [(name, json.dumps({key: label}), source) for name, label, source in known]
    several = not triage and rng.random() < 0.6
    texts = ["[CONTEXT]\n" + "\n".join(context)] if context else []
    if triage:
        texts += ["[TASK]\nTriage the support ticket.",
                  f'[FORMAT]\nReply with one JSON object: {{"{key}": "..."}}']
    else:
        texts.append("[TASK]\nLook up the " + ("words." if several else "word."))
    if shown:
        texts.append("[EXAMPLES]\n" + "\n\n".join(shown))
    return "\n\n".join(texts), [ask(rng, known, several, question) for _ in range(turns)]


def ask(rng: random.Random, known: list[tuple[str, str, str]], several: bool, question):
    """One turn about `known`, which holds words, what they stand for and where that is told."""
    if not several:
        name, meaning, source = rng.choice(known)
        return question(name), meaning, {"label", "drill", f"one-{source}"}
    asked = rng.sample(known, min(len(known), rng.randint(1, 4)))
    text = ", ".join(f"the {name}" for name, _, _ in asked)
    answer = "; ".join(f"the {name} = {meaning}" for name, meaning, _ in asked)
    sources = {source for _, _, source in asked}
    source = sources.pop() if len(sources) == 1 else "mixed"
    return text, answer, {"label", "drill", f"echo-{source}"}
