"""A desk: one made-up company's labels, words, house rules and answer format.

Every pre-training prompt describes one desk; the desk writes tickets and knows the right answers.
"""

import json
import random
from dataclasses import dataclass

import world
from tickets import Ticket, add_typos, arrange, capitalise, fill, join_parts

CONCEPT_BY_NAME = {c.name: c for c in world.CONCEPTS}
ARBITRARY_PLANS = ("gold", "basic", "plus", "pro", "starter", "team", "family")


def new_word(rng: random.Random, used: set[str], nonsense: float = 0.6) -> str:
    """A word that is not in `used`, and then is: made of syllables, or real but unrelated."""
    while True:
        if rng.random() < nonsense:
            word = rng.choice(world.SYLLABLE_STARTS) + rng.choice(world.SYLLABLE_MIDDLES)
            for _ in range(rng.choice((0, 1, 1, 2))):
                word += rng.choice(world.SYLLABLE_STARTS) + rng.choice(world.SYLLABLE_MIDDLES)
            word += rng.choice(world.SYLLABLE_ENDS)
        else:
            word = rng.choice(world.RARE_WORDS)
        if len(word) > 2 and word not in used and word not in world.FORBIDDEN:
            used.add(word)
            return word


@dataclass
class PriorityRule:
    """A house rule: a plan, a word or an event that sets the priority or the human flag."""

    kind: str                      # "plan", "word" or "event"
    name: str
    priority: int | None
    human: bool


class Desk:
    """Everything that a prompt may tell, drawn at random; `ease` in 0…1 makes it smaller.

    `telling` is the share of tickets that need what only an example tells; above 0, more prompts
    have examples, and nearly all from 0.4.
    """

    def __init__(self, rng: random.Random, ease: float = 0.0, labels_first: bool = False,
                 telling: float = 0.0):
        self.rng = rng
        self.labels_first = labels_first  # the wording of glossary and rules
        self.telling = telling
        self.used: set[str] = set()
        name = capitalise(self.new_word(nonsense=0.8))
        self.company = f"{name} {rng.choice(world.COMPANY_ENDS)}"
        self.draw_fields()
        concepts = rng.sample(world.CONCEPTS, rng.choice((3, 4, 5, 5, 6)))
        self.label = {c.name: rng.choices(c.labels, world.LABEL_WEIGHTS)[0] for c in concepts}
        self.priority_labels = rng.choices(world.PRIORITY_LABELS, world.LABEL_WEIGHTS)[0]
        self.draw_words(ease)
        self.draw_rules(ease)

    # ------------------------------------------------------------------ drawing a desk
    def new_word(self, nonsense: float = 0.6) -> str:
        return new_word(self.rng, self.used, nonsense)

    def draw_fields(self) -> None:
        rng = self.rng
        fields = rng.choices(
            (("category", "priority", "human"), ("category", "priority"), ("category",)),
            (0.8, 0.1, 0.1))[0]
        self.fields = list(fields)
        self.key = {
            "category": self.usually_first(world.CATEGORY_KEYS),
            "priority": self.usually_first(world.PRIORITY_KEYS),
            "human": self.usually_first(world.HUMAN_KEYS),
        }
        other = "label" if len(fields) == 1 else "lines"
        self.style = "json" if rng.random() < 0.75 else other

    def usually_first(self, options: tuple[str, ...]) -> str:
        return options[0] if self.rng.random() < 0.5 else self.rng.choice(options)

    def draw_words(self, ease: float) -> None:
        """Customer words: some for the prompt, and hidden ones that only an example explains."""
        rng = self.rng
        count = 0
        if "category" in self.fields and rng.random() < 0.9:
            count = rng.randint(1, 4) if rng.random() < ease else rng.randint(4, 14)
        names = list(self.label)
        self.glossary = [(self.new_word(), rng.choice(names)) for _ in range(count)]
        self.hidden_words: list[tuple[str, str]] = []
        without = 0.45 + 0.4 * ease
        if self.telling:
            without = 0.3 if self.telling < 0.4 else 0.05
        examples = 0 if rng.random() < without else rng.randint(1, 5)
        self.example_count = examples
        if examples and "category" in self.fields and rng.random() < 0.8:
            hidden = rng.randint(1, examples)
            self.hidden_words = [(self.new_word(), rng.choice(names)) for _ in range(hidden)]

    def draw_rules(self, ease: float) -> None:
        rng = self.rng
        keep = 1 - 0.6 * ease
        has_priority, has_human = "priority" in self.fields, "human" in self.fields
        self.plans = [
            rng.choice(ARBITRARY_PLANS) if rng.random() < 0.2 else capitalise(self.new_word())
            for _ in range(2)]
        self.rules: list[PriorityRule] = []
        if has_priority and rng.random() < 0.7 * keep:
            levels = rng.sample((0, 2, 2, 1, 0), 2)
            for plan, level in list(zip(self.plans, levels))[:rng.choice((1, 2, 2))]:
                self.rules.append(PriorityRule("plan", plan, level, False))
        known_events = [e for e in world.EVENTS if e.concept in self.label]
        if known_events and (has_priority or has_human) and rng.random() < 0.6 * keep:
            event = rng.choice(known_events)
            self.rules.append(self.make_rule("event", event.name))
        if (has_priority or has_human) and rng.random() < 0.5 * keep:
            self.rules.append(self.make_rule("word", self.new_word()))
        rng.shuffle(self.rules)
        pair_ok = "category" in self.fields and len(self.label) > 1
        self.winner = None
        if pair_ok and rng.random() < 0.55 * keep:
            self.winner = rng.choice(list(self.label))
        self.human_category = None
        if has_human and "category" in self.fields and rng.random() < 0.6 * keep:
            self.human_category = rng.choice(list(self.label))

    def make_rule(self, kind: str, name: str) -> PriorityRule:
        rng = self.rng
        options = []
        if "priority" in self.fields:
            options += ["priority", "priority"]
        if "human" in self.fields:
            options.append("human")
        if len(set(options)) == 2:
            options += ["both"] * 4
        choice = rng.choice(options)
        level = rng.choice((2, 2, 2, 0)) if choice in ("priority", "both") else None
        return PriorityRule(kind, name, level, choice in ("human", "both"))

    # ------------------------------------------------------------------ tickets
    def core(self, name: str, word: str | None = None) -> tuple[int, str]:
        """Severity and main sentence about a concept, perhaps through one of its words."""
        if word:
            frames = world.FEEDBACK_FRAMES if name == "feedback" else world.WORD_FRAMES
            severity, text = self.rng.choice(frames)
        else:
            severity, text = self.rng.choice(CONCEPT_BY_NAME[name].phrases)
        return severity, fill(text, self.rng, w=word or "")

    def ticket(self, hidden_word: tuple[str, str] | None = None) -> Ticket:
        rng = self.rng
        draw = rng.random()
        event_rules = [r for r in self.rules if r.kind == "event"]
        tags: set[str] = set()
        event = second = None
        extras: list[str] = []
        if hidden_word or (self.hidden_words and draw < (self.telling or 0.15)):
            word, name = hidden_word or rng.choice(self.hidden_words)
            severity, core = self.core(name, word)
            tags.add("hidden")
        elif self.glossary and draw < 0.55:
            word, name = rng.choice(self.glossary)
            severity, core = self.core(name, word)
            tags.add("glossary")
        elif draw < (0.68 if event_rules else 0.58) and self.events_to_tell(event_rules):
            chosen = rng.choice(self.events_to_tell(event_rules))
            event, name, severity = chosen.name, chosen.concept, world.EVENT_SEVERITY
            core = fill(rng.choice(chosen.texts), rng)
        else:
            name = rng.choice(list(self.label))
            severity, core = self.core(name)
            tags.add("plain")
            if len(self.label) > 1 and rng.random() < (0.4 if self.winner else 0.08):
                second, severity, core = self.add_topic(name, severity, core)
                tags.add("two-topics")
        ticket = Ticket("", name, severity, second, event=event, tags=tags)
        self.add_rule_facts(ticket, extras)
        self.add_cues(ticket, extras)
        if rng.random() < 0.15:
            extras.append(fill(rng.choice(world.FILLER_LINES), rng))
        parts = arrange(core, extras, rng)
        if rng.random() < 0.13:
            protected = self.used | {p.lower() for p in self.plans}
            parts = [add_typos(p, rng, protected) for p in parts]
            tags.add("noisy")
        ticket.text = join_parts(parts, rng)
        return ticket

    def events_to_tell(self, event_rules: list[PriorityRule]) -> list[world.Event]:
        names = {r.name for r in event_rules}
        known = [e for e in world.EVENTS if e.concept in self.label]
        return [e for e in known if e.name in names] if names and self.rng.random() < 0.8 else known

    def add_topic(self, name: str, severity: int, core: str) -> tuple[str, int, str]:
        rng = self.rng
        others = [n for n in self.label if n != name]
        second = self.winner if self.winner in others and rng.random() < 0.5 else rng.choice(others)
        severity2, core2 = self.core(second)
        return second, max(severity, severity2), core + rng.choice(world.LINKS) + core2

    def add_rule_facts(self, ticket: Ticket, extras: list[str]) -> None:
        """Mention a plan or a rule word now and then; never two things that set the priority."""
        rng = self.rng
        plan_rules = [r for r in self.rules if r.kind == "plan"]
        word_rules = [r for r in self.rules if r.kind == "word"]
        draw = rng.random()
        if ticket.event:
            return
        if draw < (0.28 if plan_rules else 0.03):
            ticket.plan = rng.choice(self.plans)
            extras.append(fill(rng.choice(world.PLAN_LINES), rng, plan=ticket.plan))
            ticket.tags.add("plan")
        elif word_rules and draw < 0.45:
            ticket.word = word_rules[0].name
            extras.append(fill(rng.choice(world.WORD_LINES), rng, w=ticket.word))
            ticket.tags.add("word")

    def add_cues(self, ticket: Ticket, extras: list[str]) -> None:
        rng = self.rng
        draw = rng.random()
        if ticket.concept != "feedback" or ticket.second:
            if draw < 0.15:
                ticket.severity = 2
                extras.append(rng.choice(world.URGENT_LINES))
            elif draw < 0.28 and ticket.severity < 2:
                ticket.severity = 0
                extras.append(rng.choice(world.NO_RUSH_LINES))
        if rng.random() < (0.22 if "human" in self.fields else 0.04):
            ticket.asks_human = True
            extras.append(rng.choice(world.HUMAN_LINES + world.LEGAL_LINES))

    # ------------------------------------------------------------------ answers
    def answer(self, ticket: Ticket) -> dict[str, str | bool]:
        """Apply the house rules to a ticket."""
        name = ticket.concept
        if ticket.second and ticket.second == self.winner:
            name = ticket.second
        severity, human = ticket.severity, ticket.asks_human
        for rule in self.rules:
            if rule.name in (ticket.plan, ticket.word, ticket.event):
                severity = severity if rule.priority is None else rule.priority
                human = human or rule.human
                ticket.tags.add(f"{rule.kind}-rule")
        if name == self.human_category:
            human = True
            ticket.tags.add("human-category")
        return {"category": self.label[name], "priority": self.priority_labels[severity],
                "human": human}

    def render(self, answer: dict[str, str | bool]) -> str:
        """Write an answer in this desk's format."""
        pairs = [(self.key[f], answer[f]) for f in self.fields]
        if self.style == "json":
            return json.dumps(dict(pairs))
        texts = [(k, str(v).lower() if isinstance(v, bool) else v) for k, v in pairs]
        if self.style == "lines":
            return "\n".join(f"{k}: {v}" for k, v in texts)
        return texts[0][1]
