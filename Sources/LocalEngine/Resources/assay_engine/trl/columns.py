"""Rows in the columns of TRL's trainers."""

from __future__ import annotations

from assay_engine.train.rows import Example


def answer_columns(example: Example, longest: int) -> dict[str, list[int]]:
    """SFT's columns: of the labels, those of the prompt are ignored."""
    ((tokens, start),) = example
    return {"input_ids": tokens[:longest], "labels": ([-100] * start + tokens[start:])[:longest]}


def pair_columns(example: Example, longest: int) -> dict[str, list[int]]:
    """DPO's columns: the prompt ends where the answers begin to differ from it."""
    (chosen, first), (rejected, second) = example
    start = min(first, second)
    return {
        "prompt_ids": chosen[:start],
        "chosen_ids": chosen[start:longest],
        "rejected_ids": rejected[start:longest],
    }
