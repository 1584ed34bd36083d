"""Batches of rows for mlx-lm's training and evaluation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from assay_engine.train.rows import Row

PADDING = 32
"""Rows are padded to a multiple of this, so that few shapes of arrays occur."""


class Batches:
    """Serves rows to mlx-lm's `train` and `evaluate`.

    Unlike mlx-lm's own function this one leaves no row out, mixes the rows anew in each epoch, and can start in the
    middle.
    """

    def __init__(self, seed: int, skip: int = 0) -> None:
        self._seed = seed
        self._skip = skip
        self.worked_tokens = 0
        """Tokens in the batch that is being learnt from, prompts included and padding not."""

    def __call__(
        self,
        dataset: list[Row],
        batch_size: int,
        max_seq_length: int,
        loop: bool = False,
        seed: int | None = None,
        comm_group: Any = None,
    ) -> Iterator[tuple[Any, Any]]:
        if not loop:
            ordered = sorted(range(len(dataset)), key=lambda index: len(dataset[index][0]))
            for first in range(0, len(ordered), batch_size):
                yield self.arrays([dataset[i] for i in ordered[first : first + batch_size]], max_seq_length)
            return
        epoch, done = 0, 0
        while True:
            for indices in self.epoch(dataset, batch_size, epoch):
                if done >= self._skip:
                    self.worked_tokens = sum(min(len(dataset[i][0]), max_seq_length) for i in indices)
                    yield self.arrays([dataset[i] for i in indices], max_seq_length)
                done += 1
            epoch += 1

    def epoch(self, dataset: list[Row], batch_size: int, epoch: int) -> list[list[int]]:
        """Every row once, rows of like length together; the last batch is filled up with rows drawn again."""
        chance = random.Random(f"{self._seed}/{epoch}")
        order = list(range(len(dataset)))
        chance.shuffle(order)
        order += order[: -len(order) % batch_size]
        order.sort(key=lambda index: -(-len(dataset[index][0]) // PADDING))
        batches = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
        chance.shuffle(batches)
        return batches

    @staticmethod
    def arrays(rows: list[Row], longest: int) -> tuple[Any, Any]:
        """Token ids padded with zeros, and for each row the places of the answer's first and last token.

        mlx-lm's loss counts both places, and its own batches give the place after the last: a padding token, which is
        then learnt as a part of every answer.
        """
        import mlx.core as mx
        import numpy as np

        lengths = [min(len(tokens), longest) for tokens, _ in rows]
        width = min(1 + PADDING * -(-max(lengths) // PADDING), longest)
        batch = np.zeros((len(rows), width), np.int32)
        for index, (tokens, _) in enumerate(rows):
            batch[index, : lengths[index]] = tokens[: lengths[index]]
        places = [(offset, length - 1) for (_, offset), length in zip(rows, lengths, strict=True)]
        return mx.array(batch), mx.array(places)
