"""What TRL's trainers learn from a row of a file, in their columns."""

from __future__ import annotations

from typing import Any

from training_rows import Example

Message = dict[str, Any]


def conversations(row: dict[str, Any], form: str) -> list[str | tuple[list[Message], list[Message]]]:
    """What is learnt from a row: a text, a prompt with its answer, or a prompt with the better and the worse answer."""
    match form:
        case "text":
            return [row["text"]]
        case "completion":
            prompt = [{"role": "user", "content": row["prompt"]}]
            return [(prompt, [{"role": "assistant", "content": row["completion"]}])]
        case "messages":
            return [(row["messages"][:-1], row["messages"][-1:])]
        case _:
            return [(row["prompt"], row["chosen"]), (row["prompt"], row["rejected"])]


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
