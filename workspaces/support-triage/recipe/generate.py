#!/usr/bin/env python3
"""Generate pre-training data: token sequences, each one prompt with several independent turns.

    generate.py tokenizer DIR             train the byte-level BPE tokenizer
    generate.py part DIR SEED COUNT EASE [LOOKUPS [SEVERAL [LABELS_FIRST]]]
                                          COUNT sequences with seed SEED, into DIR/part-SEED.npz;
                                          the share LOOKUPS of them are look-up prompts, of which
                                          the share SEVERAL has several words in every turn;
                                          LABELS_FIRST 0 or 1 is the wording of words and rules
    generate.py show SEED COUNT           print a few samples

The turns of a sequence share the prompt but do not see each other (pretrain.py masks them), so a
prompt is paid for once. Everything follows from the seeds.
"""

import json
import random
import re
import sys
from pathlib import Path

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


def sample(rng: random.Random, turns: int, ease: float = 0.0, lookups: float = 0.0,
           several: float = 0.0, labels_first: bool = True):
    """One desk: its system prompt and `turns` of (ticket, answer, tags)."""
    if lookups and rng.random() < lookups:
        return lookup_sample(rng, turns, several, labels_first)
    while True:
        desk = Desk(rng, ease, labels_first)
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


def lookup_sample(rng: random.Random, turns: int, several_share: float, labels_first: bool):
    """A prompt whose only task is to look words up: many short turns about one CONTEXT."""
    while True:
        desk = Desk(rng, 0.5 if several_share else 0.0, labels_first)
        known = prompts.known_words(desk)
        if not known:
            continue
        several = bool(several_share) and rng.random() < several_share
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
        if not FORBIDDEN.search(system):
            return system, solved


def train_tokenizer(folder: Path, samples: int = 6000) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    rng = random.Random(11)

    def corpus():
        for _ in range(samples):
            system, turns = sample(rng, 4, labels_first=False)
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


def write_part(folder: Path, seed: int, count: int, ease: float, lookups: float = 0.0,
               several: float = 0.0, labels_first: float = 1.0) -> None:
    """Flat arrays: token ids, turn number (0 is the prompt), answer flag, and sequence starts."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rng = random.Random(1000 + seed)
    ids, turn, flag, start, tags = [], [], [], [0], []

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    newline = encode("\n")
    while len(tags) < count:
        system, turns = sample(rng, TURNS, ease, lookups, several, labels_first == 1.0)
        head = encode(f"{START}system\n{system}{END}\n")
        pairs = [(encode(f"{START}user\n{t}{END}\n{START}assistant\n"), encode(f"{a}{END}"), g)
                 for t, a, g in turns]
        wanted = len(head) + sum(len(q) + len(a) + 1 for q, a, _ in pairs[:8])
        room = next((b for b in BUCKETS if b >= wanted), BUCKETS[-1])
        if len(head) > room - 120:
            continue
        row, row_turn, row_flag, row_tags = list(head), [0] * len(head), [0] * len(head), []
        for number, (question, answer, tag) in enumerate(pairs, 1):
            size = len(question) + len(answer) + 1
            if len(row) + size > room:
                break
            row += question + answer + newline
            row_turn += [number] * size
            row_flag += [0] * len(question) + [1] * len(answer) + [0]
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


def show(seed: int, count: int) -> None:
    rng = random.Random(seed)
    for _ in range(count):
        system, turns = sample(rng, 5)
        print("=" * 90, system, sep="\n")
        for ticket, answer, tags in turns:
            print("-" * 30, sorted(tags), ticket, ">>> " + answer, sep="\n")


def main() -> None:
    command, *rest = sys.argv[1:]
    if command == "tokenizer":
        train_tokenizer(Path(rest[0]))
    elif command == "part":
        write_part(Path(rest[0]), int(rest[1]), int(rest[2]), *map(float, rest[3:]))
    elif command == "show":
        show(int(rest[0]), int(rest[1]))


if __name__ == "__main__":
    main()
