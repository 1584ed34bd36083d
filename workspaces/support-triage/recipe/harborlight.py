#!/usr/bin/env python3
"""The demo task: support tickets of the fictional product Harborlight, as JSON.

    harborlight.py WORKSPACE        write evals/main.jsonl, train/main.jsonl and prompts/

Harborlight keeps photos and files and comes with a small box. Its product words and house rules
occur nowhere in the pre-training text. A quarter of all phrases is used for training only and a
quarter for evaluation only; seeds differ, and no ticket, nor one almost the same, is in both sets.
"""

import json
import random
import re
import sys
from pathlib import Path

from tickets import add_typos, arrange, fill, join_parts
from world import phrases

CATEGORIES = ("billing", "access", "sync", "device", "feedback")
PRIORITIES = ("low", "normal", "urgent")

PLAIN = {
    "billing": phrases(
        """
        how much is the family plan?
        can I get a copy of my last invoice?
        which cards can I pay with?
        can I pay once a year?
        where do I get the invoice for {month}?
        """,
        """
        I was charged twice this month
        the invoice for {month} shows the wrong amount
        my card was declined when I tried to pay
        please refund the payment of {amount} euro
        there is a charge of {amount} euro that I do not know
        the discount is missing on my bill
        you billed the wrong company
        the payment failed but the money is gone
        I paid {amount} euro too much
        I want my money back for {month}
        my bank says the payment came back
        """),
    "access": phrases(
        """
        how do I change my password?
        how do I add a login for my wife?
        can I use the same password on two phones?
        """,
        """
        I forgot my password
        the login page does not accept my password
        the security code never arrives
        my account is locked
        the reset mail does not come
        I cannot sign in on my new phone
        it says wrong user name
        my sign in code is always wrong
        login fails since {day}
        I get logged out every {n} minutes
        """,
        """
        nobody in our office can log in
        we are all locked out
        """),
    "sync": phrases(
        """
        how often are files copied?
        can I leave out one folder?
        do files copy while I sleep?
        """,
        """
        my photos do not show up on the laptop
        files are not copied to my phone
        the upload stops at {n} percent
        changes from {day} are missing on the other computer
        two versions of the same file show up
        the shared folder is empty on my tablet
        new pictures are not uploaded
        the copy of {n} files never ends
        my phone and my laptop show different files
        the album is old on every computer
        sync is stuck since {day}
        """),
    "device": phrases(
        """
        where should I put the box?
        what does the green light mean?
        how heavy is the box?
        """,
        """
        the box does not turn on
        the light on the box blinks red
        the box is very loud
        the power cable is broken
        the box arrived with a crack
        the box turns itself off at night
        the button on the box is stuck
        the box makes a strange noise
        the box does not find the network
        the box restarts every {n} minutes
        """,
        """
        the box is hot and smells burnt
        smoke comes out of the box
        """),
    "feedback": phrases(
        """
        I love the new look
        please add a dark theme
        it would be nice to sort photos by place
        your help pages are great
        an idea: let me rename albums on the phone
        thank you for the quick update
        could you support more languages?
        I wish I could share albums with friends
        the new colors are very nice
        please bring back the old icons
        it would be great to have a calendar
        best photo app ever
        just a wish: bigger buttons
        """,
        ""),
}
# Product words. CONTEXT explains those of DOCUMENTED; the others only appear in EXAMPLES.
DOCUMENTED = {
    "billing": ("ballast", "mooring", "manifest"),
    "access": ("gangway", "bosun", "brig"),
    "sync": ("driftwood", "barnacle", "lagoon"),
    "device": ("keel", "lantern", "hawser"),
    "feedback": ("bottle", "shanty"),
}
UNDOCUMENTED = {
    "billing": "portage", "access": "callsign", "sync": "undertow", "device": "bilge",
    "feedback": "lookout"}
UNDOCUMENTED_SHARE = 0.3
WORD_FRAMES = phrases(
    """
    I have a question about the {w}
    what is a {w}?
    who do I ask about the {w}?
    how does the {w} work?
    where is the {w}?
    """,
    """
    there is a problem with the {w}
    my {w} is not right
    the {w} is wrong again
    something is wrong with my {w}
    please check my {w}
    trouble with the {w} since {day}
    the {w} looks strange
    I need help with the {w}
    our {w} has a problem
    the {w} is still not fixed
    it is about the {w} from {day}
    the {w} is a mess
    my {w} is gone
    the {w} does not look normal
    """)
FEEDBACK_FRAMES = phrases(
    """
    I sent you a {w}
    this is for the {w}
    please read my {w}
    a note for the {w}
    here is my {w}: bigger pictures
    put this on the {w}
    one more {w} from me
    here is a {w} for you
    """,
    "")
LOST_FILES = (
    "all my files are gone", "the album from {month} has vanished", "I lost {n} photos",
    "my files were deleted", "{n} files disappeared for good", "our photos are lost",
    "the wedding pictures are gone", "everything in the folder was erased")
URGENT_LINES = (
    "this is urgent", "please help right now", "we need this fixed today", "asap please",
    "our work has stopped", "it cannot wait")
NO_RUSH_LINES = (
    "no rush", "no hurry", "it can wait", "not urgent", "take your time", "whenever you have time")
HUMAN_LINES = (
    "please call me back", "I want to talk to a person", "can a human look at this?",
    "let me speak to your manager", "connect me to an agent", "a real person please",
    "my lawyer will contact you", "I will take legal action", "my lawyer is informed")
SKIPPER_LINES = (
    "we are on the Skipper plan", "Skipper customer here", "my plan is Skipper",
    "(Skipper account)", "we pay for Skipper")
DINGHY_LINES = (
    "I am on the Dinghy plan", "Dinghy user here", "my plan is Dinghy", "(Dinghy account)",
    "I only have Dinghy")
REGATTA_LINES = (
    "this is for the regatta", "the regatta starts soon", "we need it for the regatta",
    "it happened during the regatta")
FILLER_LINES = (
    "I use it on my phone", "I tried it again this morning", "I am writing for the second time",
    "we are a small team", "it was fine last week", "I have been a customer for {n} years",
    "I read the help page")
GREETINGS = ("hi", "hello", "dear team", "good morning", "hey", "hello Harborlight")
CLOSINGS = ("thanks", "regards", "best", "thank you", "cheers")
PROTECTED = {w for words in DOCUMENTED.values() for w in words} | set(UNDOCUMENTED.values()) | {
    "skipper", "dinghy", "regatta"}

EVAL_SEED, TRAIN_SEED, SPLIT_SEED = 501, 601, 77
EVAL_PLAN = {"easy": 30, "jargon": 25, "policy": 20, "multi-intent": 10, "noisy": 15}
TRAIN_PLAN = {"easy": 70, "jargon": 120, "policy": 180, "multi-intent": 80, "noisy": 150}

ROLE = "You are a triage assistant for Harborlight."
TASK = "Triage the support ticket."
CONSTRAINTS = """category must be one of: billing, access, sync, device or feedback.
priority must be one of: low, normal or urgent.
needs_human says whether a person must take over."""
FORMAT = ('Reply with one JSON object: '
          '{"category": "...", "priority": "...", "needs_human": true or false}')
RULES = """- If category is device, needs_human is true.
- Skipper customers: priority urgent.
- Dinghy customers: priority low.
- Anything for the regatta: priority urgent and needs_human true.
- Lost files: priority urgent and needs_human true.
- With two topics, billing wins."""
EXAMPLES = (
    ("My portage is wrong. It can wait.", ("billing", "low", False)),
    ("What does the undertow do? Please call me back.", ("sync", "low", True)),
    ("my callsign is wrong again, thanks", ("access", "normal", False)),
    ("The bilge is still not right. This is urgent.", ("device", "urgent", True)),
    ("I sent you a lookout.", ("feedback", "low", False)))
SHORT_TASK = "Triage the Harborlight ticket."


class TicketWriter:
    """Draws tickets with their right answers from one side of the phrase split."""

    def __init__(self, seed: int, for_training: bool):
        self.rng = random.Random(seed)
        self.for_training = for_training
        self.plain = {category: self.side(items) for category, items in PLAIN.items()}
        self.word_frames, self.feedback_frames = self.side(WORD_FRAMES), self.side(FEEDBACK_FRAMES)
        self.lost = self.side(LOST_FILES)
        self.urgent, self.no_rush = self.side(URGENT_LINES), self.side(NO_RUSH_LINES)
        self.human, self.filler = self.side(HUMAN_LINES), self.side(FILLER_LINES)
        self.skipper, self.dinghy = self.side(SKIPPER_LINES), self.side(DINGHY_LINES)
        self.regatta = self.side(REGATTA_LINES)

    def side(self, items) -> list:
        """All items but a quarter: the last one for training, the first one for evaluation."""
        items = list(items)
        random.Random(SPLIT_SEED).shuffle(items)
        quarter = max(1, len(items) // 4)
        return items[:-quarter] if self.for_training else items[quarter:]

    def main_part(self, category: str, jargon: bool) -> tuple[int, str]:
        rng = self.rng
        if not jargon:
            severity, text = rng.choice(self.plain[category])
            return severity, fill(text, rng)
        word = rng.choice(DOCUMENTED[category])
        if rng.random() < UNDOCUMENTED_SHARE:
            word = UNDOCUMENTED[category]
        frames = self.feedback_frames if category == "feedback" else self.word_frames
        severity, text = rng.choice(frames)
        return severity, fill(text, rng, w=word)

    def write(self, tag: str) -> tuple[str, dict]:
        """One ticket of the kind `tag` with its expected answer."""
        rng = self.rng
        category = rng.choice(CATEGORIES)
        rule_priority, human, extras, free_of_rules = None, False, [], True
        if tag == "multi-intent":
            other = rng.choice(("access", "sync", "device"))
            first = self.main_part("billing", rng.random() < 0.3)
            second = self.main_part(other, rng.random() < 0.3)
            pair = [first, second]
            rng.shuffle(pair)
            category, severity = "billing", max(first[0], second[0])
            link = rng.choice((". Also, ", ". And ", ", and ", ". Second thing: "))
            core = pair[0][1] + link + pair[1][1]
        elif tag == "policy":
            free_of_rules = False
            rule = rng.choice(("skipper", "dinghy", "lost", "regatta", "human", "device"))
            if category == "feedback":
                category = rng.choice(CATEGORIES[:4])
            if rule == "lost":
                category, severity = "sync", 2
                core, human = fill(rng.choice(self.lost), rng), True
            else:
                category = "device" if rule == "device" else category
                severity, core = self.main_part(category, rng.random() < 0.2)
            if rule == "skipper":
                rule_priority = 2
                extras.append(rng.choice(self.skipper))
            elif rule == "dinghy":
                rule_priority = 0
                extras.append(rng.choice(self.dinghy))
            elif rule == "regatta":
                rule_priority, human = 2, True
                extras.append(rng.choice(self.regatta))
            elif rule == "human":
                human = True
                extras.append(rng.choice(self.human))
        else:
            jargon = tag == "jargon" or (tag == "noisy" and rng.random() < 0.35)
            severity, core = self.main_part(category, jargon)
        if free_of_rules and category != "feedback":
            draw = rng.random()
            if draw < 0.16:
                severity = 2
                extras.append(rng.choice(self.urgent))
            elif draw < 0.3 and severity < 2:
                severity = 0
                extras.append(rng.choice(self.no_rush))
            if rng.random() < 0.08:
                human = True
                extras.append(rng.choice(self.human))
        if rng.random() < 0.2:
            extras.append(fill(rng.choice(self.filler), rng))
        parts = arrange(core, extras, rng)
        if tag == "noisy":
            parts = [add_typos(part, rng, PROTECTED) for part in parts]
        priority = PRIORITIES[severity if rule_priority is None else rule_priority]
        answer = {"category": category, "priority": priority,
                  "needs_human": human or category == "device"}
        return join_parts(parts, rng, GREETINGS, CLOSINGS), answer

    def rows(self, plan: dict[str, int], avoid: set[str]) -> list[tuple[str, dict, str]]:
        """(ticket, answer, tag) for a plan of how many of each tag, without those in `avoid`."""
        seen, rows = set(avoid), []
        for tag, count in plan.items():
            kept = 0
            while kept < count:
                ticket, answer = self.write(tag)
                if ticket.lower() not in seen:
                    seen.add(ticket.lower())
                    rows.append((ticket, answer, tag))
                    kept += 1
        self.rng.shuffle(rows)
        return rows

    def replace_copies(self, rows: list[tuple[str, dict, str]], tickets: list[str]) -> None:
        """Write each row anew that asks almost what one of `tickets` asks, as `assay data check` sees it."""
        known = [pieces(ticket) for ticket in tickets]
        for i, (ticket, answer, tag) in enumerate(rows):
            while any(similarity(pieces(ticket), other) >= 0.8 for other in known):
                ticket, answer = self.write(tag)
            rows[i] = (ticket, answer, tag)


def pieces(text: str) -> set[str]:
    """All runs of five characters, punctuation, case and spacing aside."""
    text = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    return {text[i:i + 5] for i in range(max(1, len(text) - 4))}


def similarity(left: set[str], right: set[str]) -> float:
    return len(left & right) / len(left | right)


def context() -> str:
    words = "; ".join(f"{word} = {category}" for category, group in DOCUMENTED.items()
                      for word in group)
    return ("Harborlight stores photos and files and comes with a small box.\n"
            f"Words our customers use: {words}.\nHouse rules:\n{RULES}")


def examples() -> str:
    keys = ("category", "priority", "needs_human")
    return "\n\n".join(f"Ticket: {ticket}\nAnswer: {json.dumps(dict(zip(keys, values)))}"
                       for ticket, values in EXAMPLES)


def sections() -> dict[str, str]:
    """File name and text of every section of the best prompt."""
    texts = {"10-role": ROLE, "20-context": context(), "30-task": TASK,
             "40-constraints": CONSTRAINTS, "50-format": FORMAT, "60-examples": examples()}
    return {name: f"[{name[3:].upper()}]\n{text}\n" for name, text in texts.items()}


def write_jsonl(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def chat_row(system: str, user: str, answer: str) -> dict:
    roles = ("system", "user", "assistant")
    return {"messages": [{"role": r, "content": c} for r, c in zip(roles, (system, user, answer))]}


def main() -> None:
    workspace = Path(sys.argv[1])
    shown = {ticket.lower() for ticket, _ in EXAMPLES}
    evaluation = TicketWriter(EVAL_SEED, for_training=False).rows(EVAL_PLAN, shown)
    writer = TicketWriter(TRAIN_SEED, for_training=True)
    training = writer.rows(TRAIN_PLAN, shown | {ticket.lower() for ticket, _, _ in evaluation})
    writer.replace_copies(training, [ticket for ticket, _, _ in evaluation])
    write_jsonl(workspace / "evals/main.jsonl", [
        {"id": f"hl-{i:03d}", "input": {"ticket": ticket}, "expected": answer, "tags": [tag]}
        for i, (ticket, answer, tag) in enumerate(evaluation, 1)])
    write_jsonl(workspace / "train/main.jsonl", [
        chat_row(SHORT_TASK, ticket, json.dumps(answer)) for ticket, answer, _ in training])
    files = {f"prompts/best/{name}.md": text for name, text in sections().items()}
    files["prompts/short/30-task.md"] = SHORT_TASK + "\n"
    files["prompts/general/10-system.md"] = "{{ system }}\n"
    for name in ("best", "short", "general"):
        files[f"prompts/{name}/80-query.md"] = "{{ ticket }}\n"
    for name, text in files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    print(len(evaluation), "evaluation cases,", len(training), "training rows")


if __name__ == "__main__":
    main()
