"""Answers to sample cases, and what tuning changes in them, without an effect on the training that follows."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

from assay_engine.train.samples import LONGEST_PROMPT, Case


class RandomState:
    """The state of all random number generators at one time."""

    def __init__(self) -> None:
        import numpy
        import torch

        self._python, self._numpy, self._torch = random.getstate(), numpy.random.get_state(), torch.get_rng_state()
        self._cuda = torch.cuda.get_rng_state() if torch.cuda.is_available() else None

    def restore(self) -> None:
        """Set all generators back to this state."""
        import numpy
        import torch

        random.setstate(self._python)
        numpy.random.set_state(self._numpy)
        torch.set_rng_state(self._torch)
        if self._cuda is not None:
            torch.cuda.set_rng_state(self._cuda)


def stop_when(is_late: Callable[[], bool]) -> Any:
    """A stopping criterion that ends generation before the next token."""
    import torch
    from transformers import StoppingCriteria

    class Late(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            return torch.full((input_ids.shape[0],), is_late(), device=input_ids.device, dtype=torch.bool)

    return Late()


@contextlib.contextmanager
def evaluating(trainer: Any) -> Iterator[Any]:
    """The trainer's model in evaluation mode; afterwards mode and random numbers are as before."""
    import torch

    model = trainer.accelerator.unwrap_model(trainer.model)
    was_training, state = model.training, RandomState()
    model.eval()
    try:
        with torch.no_grad(), trainer.accelerator.autocast():
            yield model
    finally:
        model.train(was_training)
        state.restore()


def prompts_of(cases: list[Case], tokenizer: Any) -> list[list[int]]:
    """The tokens of the cases' prompts, without the beginning of very long ones."""
    has_template = tokenizer.chat_template is not None
    return [case.prompt(tokenizer, has_template)[-LONGEST_PROMPT:] for case in cases]


def logit_change(trainer: Any, tokenizer: Any, cases: list[Case]) -> float | None:
    """The largest difference that the adapter makes to a logit after the cases' prompts; None without an adapter."""
    import torch

    if not hasattr(trainer.accelerator.unwrap_model(trainer.model), "disable_adapter"):
        return None
    most = 0.0
    with evaluating(trainer) as model:
        for prompt in prompts_of(cases, tokenizer):
            tokens = torch.tensor([prompt], device=trainer.args.device)
            tuned = model(input_ids=tokens).logits[0, -1].float()
            with model.disable_adapter():
                base = model(input_ids=tokens).logits[0, -1].float()
            most = max(most, float((tuned - base).abs().max()))
    return most


def answers(
    trainer: Any, tokenizer: Any, cases: list[Case], is_late: Callable[[], bool]
) -> Iterator[tuple[Case, str, bool]]:
    """The cases with the model's current answers, decoded greedily and all at once, and whether each has ended."""
    import torch
    from transformers import GenerationConfig

    prompts = prompts_of(cases, tokenizer)
    padding = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    width = max(len(prompt) for prompt in prompts)
    rows = [[padding] * (width - len(prompt)) + prompt for prompt in prompts]
    mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    device = trainer.args.device
    with evaluating(trainer) as model:
        ends = end_tokens(model, tokenizer)
        tokens = model.generate(
            input_ids=torch.tensor(rows, device=device),
            attention_mask=torch.tensor(mask, device=device),
            generation_config=GenerationConfig(
                do_sample=False,
                max_new_tokens=max(case.max_tokens for case in cases),
                eos_token_id=sorted(ends),
                pad_token_id=padding,
                use_cache=True,
            ),
            stopping_criteria=[stop_when(is_late)],
        )
    if is_late():
        return
    for case, row in zip(cases, tokens[:, width:].tolist(), strict=True):
        answer = list(itertools.takewhile(lambda token: token not in ends, row[: case.max_tokens]))
        yield case, tokenizer.decode(answer), len(answer) < len(row[: case.max_tokens])


def end_tokens(model: Any, tokenizer: Any) -> set[int]:
    """The tokens at which answers end: the tokenizer's and those of the generation configuration."""
    given = model.generation_config.eos_token_id
    return {tokenizer.eos_token_id, *(given if isinstance(given, list) else [given])} - {None}
