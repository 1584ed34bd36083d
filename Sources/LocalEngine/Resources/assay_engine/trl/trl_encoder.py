"""Rows as tokens, as transformers makes them."""

from __future__ import annotations

from typing import Any

from assay_engine.train.encoder import Encoder, as_served, first_difference
from assay_engine.train.rows import Message, TrainingError

THINKING = (("<think>", "</think>"), ("<longcat_think>", "</longcat_think>"), ("<|think:start|>", "<|think:end|>"))
"""Pairs of tokens by which the engine's server recognises a model that thinks."""


class TRLEncoder(Encoder):
    """Asks transformers' tokenizer."""

    def __init__(self, tokenizer: Any, is_masked: bool) -> None:
        super().__init__(is_masked)
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        thinks = any(all(token in vocabulary for token in pair) for pair in THINKING)
        # The server says so to the template, which may not look at it.
        is_asked = "enable_thinking" in str(tokenizer.chat_template)
        self._served_options: dict[str, Any] = {"enable_thinking": thinks} if is_asked else {}

    def text(self, text: str) -> list[int]:
        tokens = list(self._tokenizer.encode(text))
        end = self._tokenizer.eos_token_id
        return tokens if end is None or tokens[-1:] == [end] else [*tokens, end]

    def chat(self, messages: list[Message], tools: Any, asks: bool, **options: Any) -> list[int]:
        if self._tokenizer.chat_template is None:
            raise TrainingError("The model has no chat template, so it can only learn from rows with `text`.")
        return list(
            self._tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=asks, return_dict=False, **options
            )
        )

    def served(self, messages: list[Message], tools: Any) -> list[int]:
        return self.chat(as_served(messages), tools, True, **self._served_options)

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        # A template may write a prompt differently once an answer follows; the common beginning is not learnt.
        differs = first_difference(prompt, tokens)
        return len(prompt) if differs is None else differs
