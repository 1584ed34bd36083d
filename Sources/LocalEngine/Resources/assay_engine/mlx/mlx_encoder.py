"""Rows as tokens, as mlx-lm makes them."""

from __future__ import annotations

from typing import Any

from assay_engine.train.encoder import Encoder, as_served
from assay_engine.train.rows import Message, TrainingError


class MLXEncoder(Encoder):
    """Asks mlx-lm's tokenizer as mlx-lm's own training and its server do."""

    def __init__(self, tokenizer: Any, is_masked: bool) -> None:
        super().__init__(is_masked)
        self._tokenizer = tokenizer

    def text(self, text: str) -> list[int]:
        tokens = list(self._tokenizer.encode(text))
        end = self._tokenizer.eos_token_id
        return tokens if end is None or tokens[-1:] == [end] else [*tokens, end]

    def chat(self, messages: list[Message], tools: Any, asks: bool) -> list[int]:
        if not self._tokenizer.has_chat_template:
            raise TrainingError("The model has no chat template, so it can only learn from rows with `text`.")
        options = {"add_generation_prompt": True} if asks else {}
        return list(self._tokenizer.apply_chat_template(messages, tools=tools, return_dict=False, **options))

    def served(self, messages: list[Message], tools: Any) -> list[int]:
        return self.chat(as_served(messages), tools, True)

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        return len(prompt)
