#!/usr/bin/env python3
"""Held-out cases of the pre-training distribution, and rows of it to mix into fine-tuning.

    general.py WORKSPACE            write evals/general.jsonl and train/general.jsonl

The evaluation cases show what fine-tuning makes the model forget: other companies, label names,
house rules and formats than the demo's. The training rows come from another seed.
"""

import random
import sys
from pathlib import Path

from generate import sample
from harborlight import chat_row, write_jsonl

EVAL_SEED, TRAIN_SEED = 9090, 9191
EVAL_STYLES = {"json": 30, "lines": 20, "label": 10}
TRAIN_ROWS = 200


def cases(seed: int, wanted: dict[str, int]) -> list[tuple[str, str, str, list[str]]]:
    """(system, ticket, answer, tags): one ticket per prompt, `wanted` of every answer style."""
    rng = random.Random(seed)
    left, found = dict(wanted), []
    while any(left.values()):
        system, turns = sample(rng, 1)
        ticket, answer, tags = turns[0]
        style = next(s for s in wanted if s in tags)
        if left[style] and not tags & {"no-format", "no-constraints"}:
            left[style] -= 1
            found.append((system, ticket, answer, sorted(tags)))
    return found


def main() -> None:
    workspace = Path(sys.argv[1])
    evaluation = cases(EVAL_SEED, EVAL_STYLES)
    seen = {(system, ticket) for system, ticket, _, _ in evaluation}
    share = {style: TRAIN_ROWS * n // 60 for style, n in EVAL_STYLES.items()}
    training = [c for c in cases(TRAIN_SEED, share) if (c[0], c[1]) not in seen]
    write_jsonl(workspace / "evals/general.jsonl", [
        {"id": f"gen-{i:02d}", "input": {"system": system, "ticket": ticket},
         "expected": {"answer": answer}, "tags": tags}
        for i, (system, ticket, answer, tags) in enumerate(evaluation, 1)])
    write_jsonl(workspace / "train/general.jsonl", [
        chat_row(system, ticket, answer) for system, ticket, answer, _ in training])
    print(len(evaluation), "general cases,", len(training), "general training rows")


if __name__ == "__main__":
    main()
