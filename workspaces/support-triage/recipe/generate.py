#!/usr/bin/env python3
"""Generate pre-training data: token sequences, each one prompt with several independent turns.

    generate.py tokenizer DIR             train the byte-level BPE tokenizer
    generate.py part DIR SEED COUNT [--ease E] …
                                          COUNT sequences with seed SEED, into DIR/part-SEED.npz
    generate.py show SEED COUNT [--ease E] …
                                          print a few samples

The turns of a sequence share the prompt but do not see each other (pretrain.py masks them), so a
prompt is paid for once. Everything follows from the seeds.
"""

import argparse
import json
import random
import re
from dataclasses import dataclass, fields
from pathlib import Path

import drill
import prompts
import world
from desk import Desk
from tickets import fill

VOCABULARY = 1024
BUCKETS = (256, 512, 768)           # sequence lengths used in training
TURNS = 16                         # at most so many turns per prompt
PAD, START, END = "<|pad|>", "<|im_start|>", "<|im_end|>"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
# Pieces that tokens never cross: a word with the space before it, one digit, a run of other signs.
PIECES = r" ?[A-Za-z_]+|[0-9]|[^A-Za-z_0-9]+?(?= ?[A-Za-z_]|[0-9]|$)"
FORBIDDEN = re.compile(r"\b(" + "|".join(sorted(world.FORBIDDEN)) + r")s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mix:
    """What a part holds; the demo's general tasks come from the defaults."""

    ease: float = 0.0              # 0…1: fewer words and rules in a prompt
    lookups: float = 0.0           # the share of prompts that only ask for words
    several: float = 0.0           # … and of those, the share with several words in a turn
    drill: str = ""                # … instead: "go-on", "look-up" or "triage" (see drill.py)
    drill_share: float = 0.0       # … the share of pairs in "go-on", of common words in "look-up"
    labels_first: bool = False     # the wording of words and rules
    telling: float = 0.25          # the share of tickets that need an example (see desk.py)
    unpadded: bool = False         # no padding token behind a turn


def sample(rng: random.Random, turns: int, mix: Mix = Mix()):
    """A system prompt and `turns` of (ticket, answer, tags), without any of the demo's words."""
    if mix.lookups and rng.random() < mix.lookups:
        return lookup_sample(rng, turns, mix)
    while True:
        desk = Desk(rng, mix.ease, mix.labels_first, mix.telling)
        system, sections = prompts.system_prompt(desk)
        prompts.forget_unwritten(desk, sections)
        missing = {f"no-{s.lower()}" for s in ("CONSTRAINTS", "FORMAT") if s not in sections}
        solved = []
        for _ in range(turns):
            ticket = desk.ticket()
            answer = desk.render(desk.answer(ticket))
            solved.append((ticket.text, answer, ticket.tags | missing | {desk.style}))
        text = system + "\n" + "\n".join(t for t, _, _ in solved)
        if not FORBIDDEN.search(text):
            return system, solved
        assert all(len(w) < 6 for w in FORBIDDEN.findall(text)), text  # a chance nonsense syllable


def lookup_sample(rng: random.Random, turns: int, mix: Mix):
    """A prompt whose only task is to look words up: many short turns about one prompt."""
    while True:
        if mix.drill == "go-on":
            paired = mix.drill_share and rng.random() <= mix.drill_share
            system, solved = (drill.pairs if paired else drill.quote)(rng, turns)
        elif mix.drill == "look-up":
            common = rng.random() < mix.drill_share
            system, solved = drill.words(rng, turns, common, mix.labels_first)
        elif mix.drill == "triage":
            system, solved = drill.words(rng, turns, False, mix.labels_first, triage=True)
        else:
            system, solved = context_lookups(rng, turns, mix)
        if not FORBIDDEN.search(system):
            return system, solved


def context_lookups(rng: random.Random, turns: int, mix: Mix):
    """The CONTEXT of a desk, and turns about its words."""
    known = []
    while not known:
        desk = Desk(rng, 0.5 if mix.several else 0.0, mix.labels_first)
        known = prompts.known_words(desk)
    several = bool(mix.several) and rng.random() < mix.several
    system = prompts.lookup_prompt(desk, several)
    solved = []
    for _ in range(turns):
        if several:
            asked = rng.sample(known, min(len(known), rng.randint(1, 4)))
            text = ", ".join(word for word, _ in asked)
            meaning = "; ".join(f"{word} = {meaning}" for word, meaning in asked)
        else:
            word, meaning = rng.choice(known)
            _, frame = rng.choice(world.WORD_FRAMES)
            text = word if rng.random() < 0.6 else fill(frame, rng, w=word)
        solved.append((text, meaning, {"lookup", "label"}))
    return system, solved


def train_tokenizer(folder: Path, samples: int = 6000) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    rng = random.Random(11)

    def corpus():
        for _ in range(samples):
            system, turns = sample(rng, 4, Mix(telling=0.0))
            yield system
            for ticket, answer, _ in turns:
                yield ticket
                yield answer

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PIECES), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[PAD, START, END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": PAD,
        "model_max_length": 1024, "clean_up_tokenization_spaces": False,
        "chat_template": CHAT_TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    print("vocabulary", tokenizer.get_vocab_size())


def write_part(folder: Path, seed: int, count: int, mix: Mix) -> None:
    """Flat arrays: token ids, turn number (0 is the prompt), answer flag, and sequence starts."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rng = random.Random(1000 + seed)
    ids, turn, flag, start, tags = [], [], [], [0], []

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    # mlx-lm's fine-tuning counts one padding token behind every row as a target.
    ending = encode("\n") + ([] if mix.unpadded else [tokenizer.token_to_id(PAD)])
    while len(tags) < count:
        system, turns = sample(rng, TURNS, mix)
        head = encode(f"{START}system\n{system}{END}\n")
        pairs = [(encode(f"{START}user\n{t}{END}\n{START}assistant\n"), encode(f"{a}{END}"), g)
                 for t, a, g in turns]
        wanted = len(head) + sum(len(q) + len(a) + 1 for q, a, _ in pairs[:8])
        room = next((b for b in BUCKETS if b >= wanted), BUCKETS[-1])
        if len(head) > room - 120:
            continue
        row, row_turn, row_flag, row_tags = list(head), [0] * len(head), [0] * len(head), []
        for number, (question, answer, tag) in enumerate(pairs, 1):
            size = len(question) + len(answer) + len(ending)
            if len(row) + size > room:
                break
            row += question + answer + ending
            row_turn += [number] * size
            row_flag += [0] * len(question) + [1] * len(answer) + [0] * len(ending)
            row_tags.append(sorted(tag))
        ids += row
        turn += row_turn
        flag += row_flag
        start.append(len(ids))
        tags.append(row_tags)
    np.savez(folder / f"part-{seed}.npz",
             ids=np.array(ids, np.uint16), turn=np.array(turn, np.uint8),
             flag=np.array(flag, np.uint8), start=np.array(start, np.int64))
    (folder / f"part-{seed}.tags.json").write_text(json.dumps(tags))
    print(f"part {seed}: {count} sequences, {len(ids) / 1e6:.2f} M tokens, "
          f"{sum(flag) / 1e6:.2f} M answer tokens, {sum(map(len, tags))} turns")


def show(seed: int, count: int, mix: Mix) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        system, turns = sample(rng, 5, mix)
        print("=" * 90, system, sep="\n")
        for ticket, answer, tags in turns:
            print("-" * 30, sorted(tags), ticket, ">>> " + answer, sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("tokenizer").add_argument("folder", type=Path)
    part, shown = commands.add_parser("part"), commands.add_parser("show")
    part.add_argument("folder", type=Path)
    for command in (part, shown):
        command.add_argument("seed", type=int)
        command.add_argument("count", type=int)
        for option in fields(Mix):
            name = "--" + option.name.replace("_", "-")
            if option.type is bool:
                command.add_argument(name, action="store_true")
            else:
                command.add_argument(name, type=option.type, default=option.default)
    args = parser.parse_args()
    if args.command == "tokenizer":
        train_tokenizer(args.folder)
        return
    mix = Mix(**{option.name: getattr(args, option.name) for option in fields(Mix)})
    if args.command == "part":
        write_part(args.folder, args.seed, args.count, mix)
    else:
        show(args.seed, args.count, mix)


if __name__ == "__main__":
    main()
