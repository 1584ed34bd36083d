"""Reads the parts written by generate.py and makes batches of fixed shapes."""

import json
import random
from pathlib import Path

import numpy as np
import torch

from generate import BUCKETS

NO_TURN = 255                      # turn number of padding


class Dataset:
    """The sequences of one or more part files."""

    def __init__(self, folder: Path, seeds: list[int]):
        self.parts = []
        self.index: list[tuple[int, int]] = []
        for seed in seeds:
            with np.load(folder / f"part-{seed}.npz") as arrays:
                part = {name: arrays[name] for name in arrays.files}
            self.index += [(len(self.parts), i) for i in range(len(part["start"]) - 1)]
            self.parts.append(part)

    def bounds(self, k: int) -> tuple[dict, int, int]:
        number, i = self.index[k]
        part = self.parts[number]
        return part, int(part["start"][i]), int(part["start"][i + 1])

    def length(self, k: int) -> int:
        _, begin, end = self.bounds(k)
        return end - begin

    def batches(self, tokens: int, seed: int, rank: int, processes: int):
        """Endless (sequence numbers, padded length); every batch has about `tokens` tokens."""
        rng = random.Random(seed)
        order = list(range(len(self.index)))
        while True:
            rng.shuffle(order)
            waiting: dict[int, list[int]] = {size: [] for size in BUCKETS}
            for k in order[rank::processes]:
                size = next(b for b in BUCKETS if b >= self.length(k))
                waiting[size].append(k)
                if len(waiting[size]) == max(1, tokens // size):
                    yield waiting[size], size
                    waiting[size] = []

    def get(self, numbers: list[int], size: int, text_weight: float, rng=None):
        """Token ids, positions, attention mask and loss weights of some sequences.

        Answers weigh 1. Prompts and tickets weigh `text_weight`; with `rng`, a random quarter of
        their tokens carries four times that, which costs less.
        """
        shape = (len(numbers), size)
        ids, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        turns, weights = np.full(shape, NO_TURN, np.int64), np.zeros(shape, np.float32)
        for row, k in enumerate(numbers):
            part, begin, end = self.bounds(k)
            n = end - begin
            turn = part["turn"][begin:end].astype(np.int64)
            is_answer = part["flag"][begin:end] == 1
            ids[row, :n], turns[row, :n] = part["ids"][begin:end], turn
            # Every turn is placed right behind the prompt.
            place = np.arange(n)
            firsts = np.concatenate(([0], np.flatnonzero(np.diff(turn)) + 1))
            turn_start = np.repeat(firsts, np.diff(np.append(firsts, n)))
            prompt_length = int((turn == 0).sum())
            positions[row, :n] = np.where(turn == 0, place, place - turn_start + prompt_length)
            text = text_weight
            if rng is not None:
                text = np.where(rng.random(n - 1) < 0.25, 4 * text_weight, 0)
            same_turn = turn[1:] == turn[:-1]
            weights[row, :n - 1] = np.where(same_turn, np.where(is_answer[1:], 1.0, text), 0)
        ids, positions, turns, weights = map(torch.from_numpy, (ids, positions, turns, weights))
        visible = (turns[:, None, :] == 0) | (turns[:, None, :] == turns[:, :, None])
        visible &= torch.ones(size, size, dtype=torch.bool).tril()
        mask = torch.zeros(shape[0], 1, size, size, dtype=torch.bfloat16)
        return ids, positions, mask.masked_fill_(~visible[:, None], -30000.0), weights


class HeldOut(Dataset):
    """Part 0, never trained on, with the tags of every turn."""

    def __init__(self, folder: Path, size: int):
        super().__init__(folder, [0])
        self.index = self.index[:size]
        self.tags = json.loads((folder / "part-0.tags.json").read_text())

    def answers(self, k: int):
        """(begin, end) of every answer in sequence k."""
        part, begin, end = self.bounds(k)
        flag = np.concatenate(([0], part["flag"][begin:end].astype(int), [0]))
        step = np.diff(flag)
        return zip(np.flatnonzero(step == 1), np.flatnonzero(step == -1))
