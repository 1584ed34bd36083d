"""System prompts: a desk written out as ROLE, CONTEXT, TASK, CONSTRAINTS, FORMAT, EXAMPLES."""

import world
from desk import Desk, PriorityRule

SECTION_ORDER = ("ROLE", "CONTEXT", "TASK", "CONSTRAINTS", "FORMAT", "EXAMPLES")


def listing(words: list[str], last: str = "and") -> str:
    """a, b and c"""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" {last} {words[-1]}"


def role(desk: Desk) -> str:
    job = desk.rng.choice(("a triage assistant", "a support assistant", "an assistant"))
    return f"You are {job} for {desk.company}."


def task(desk: Desk) -> str:
    return desk.rng.choice((
        "Triage the support ticket.", "Triage the ticket.", "Sort the support ticket.",
        "Read the ticket and triage it.", f"Triage the {desk.company} ticket."))


def constraints(desk: Desk) -> str:
    """Which values each key may have."""
    rng, lines = desk.rng, []
    wording = "{k} must be one of: {v}."
    for name in desk.fields:
        key = desk.key[name]
        if name == "category":
            labels = list(desk.label.values())
            rng.shuffle(labels)
            lines.append(wording.format(k=key, v=listing(labels, "or")))
        elif name == "priority":
            lines.append(wording.format(k=key, v=listing(list(desk.priority_labels), "or")))
        else:
            lines.append(f"{key} says whether a person must take over.")
    return "\n".join(lines)


def answer_format(desk: Desk) -> str:
    keys = [desk.key[f] for f in desk.fields]
    if desk.style == "json":
        dots = {"category": '"..."', "priority": '"..."', "human": "true or false"}
        shape = "{" + ", ".join(f'"{desk.key[f]}": {dots[f]}' for f in desk.fields) + "}"
        return f"Reply with one JSON object: {shape}"
    if desk.style == "lines":
        return "Reply with one line for each key:\n" + "\n".join(f"{k}: ..." for k in keys)
    return f"Reply with the {keys[0]} only."


def glossary(desk: Desk) -> str:
    """What the customers' words stand for: word by word, or listed behind every label."""
    if desk.labels_first:
        lines = [f"- {label}: " + ", ".join(w for w, name in desk.glossary if name == concept)
                 for concept, label in desk.label.items()
                 if any(name == concept for _, name in desk.glossary)]
        return "Words our customers use:\n" + "\n".join(lines)
    words = [f"{word} = {desk.label[name]}" for word, name in desk.glossary]
    return "Words our customers use: " + "; ".join(words) + "."


def rule_text(desk: Desk, rule: PriorityRule) -> str:
    effects = []
    if rule.priority is not None:
        effects.append(f"{desk.key['priority']} {desk.priority_labels[rule.priority]}")
    if rule.human:
        effects.append(f"{desk.key['human']} true")
    effect = " and ".join(effects)
    if desk.labels_first:
        who = {"plan": f"{rule.name} customers", "word": f"anything for the {rule.name}",
               "event": rule.name.lower()}[rule.kind]
        return f"{effect} for {who}."
    if rule.kind == "plan":
        return f"{rule.name} customers: {effect}."
    if rule.kind == "word":
        return f"Anything for the {rule.name}: {effect}."
    return f"{rule.name}: {effect}."


def context(desk: Desk) -> str:
    rng = desk.rng
    lines = []
    if rng.random() < 0.7:
        lines.append(f"{desk.company} {rng.choice(world.PRODUCTS)}.")
    if desk.glossary:
        lines.append(glossary(desk))
    rules = [rule_text(desk, rule) for rule in desk.rules]
    if desk.human_category:
        label = desk.label[desk.human_category]
        if desk.labels_first:
            rules.append(f"{desk.key['human']} true for {label} tickets.")
        else:
            rules.append(f"If {desk.key['category']} is {label}, {desk.key['human']} is true.")
    if desk.winner:
        rules.append(f"With two topics, {desk.label[desk.winner]} wins.")
    rng.shuffle(rules)
    if rules and (desk.labels_first or desk.telling):
        lines.append("House rules:")
    return "\n".join(lines + [f"- {rule}" for rule in rules])


def examples(desk: Desk) -> str:
    """Solved tickets; each hidden word appears in one of them."""
    rng = desk.rng
    wanted = list(desk.hidden_words) + [None] * (desk.example_count - len(desk.hidden_words))
    rng.shuffle(wanted)
    solved = []
    for hidden_word in wanted:
        ticket = desk.ticket(hidden_word) if hidden_word else desk.ticket()
        solved.append(f"Ticket: {ticket.text}\nAnswer: {desk.render(desk.answer(ticket))}")
    return "\n\n".join(solved)


def system_prompt(desk: Desk) -> tuple[str, set[str]]:
    """The prompt of a desk and the names of its sections. Some prompts leave sections out."""
    rng = desk.rng
    bare = rng.random() < 0.04
    texts = {"TASK": task(desk)}
    if rng.random() < 0.9:
        texts["ROLE"] = role(desk)
    if not bare and rng.random() < 0.9:
        texts["CONSTRAINTS"] = constraints(desk)
    if not bare and rng.random() < 0.92:
        texts["FORMAT"] = answer_format(desk)
    elif len(desk.fields) > 1 and (bare or not desk.example_count):
        desk.style = "lines"  # JSON is only written when asked for, or shown
    if not bare:
        text = context(desk)
        if text:
            texts["CONTEXT"] = text
        if desk.example_count:
            texts["EXAMPLES"] = examples(desk)
    order = [name for name in SECTION_ORDER if name in texts]
    prompt = "\n\n".join(f"[{name}]\n{texts[name]}" for name in order)
    return prompt, set(texts)


def known_words(desk: Desk) -> list[tuple[str, str]]:
    """The words and plans that CONTEXT explains, with what they stand for."""
    words = [(word, desk.label[name]) for word, name in desk.glossary]
    for rule in desk.rules:
        if rule.kind == "plan":
            words.append((rule.name, desk.priority_labels[rule.priority]))
    return words


def lookup_prompt(desk: Desk, several: bool) -> str:
    """A prompt that asks for nothing but the meaning of a word, or of several."""
    job = "Look up the words." if several else "Look up the word."
    return f"[CONTEXT]\n{context(desk)}\n\n[TASK]\n{job}"


def forget_unwritten(desk: Desk, sections: set[str]) -> None:
    """Drop the words and rules that a prompt without CONTEXT or EXAMPLES does not tell."""
    if "CONTEXT" not in sections:
        desk.glossary, desk.rules, desk.winner, desk.human_category = [], [], None, None
    if "EXAMPLES" not in sections:
        desk.hidden_words = []
