"""The one model that the server has in memory. Importing this module imports mlx-lm."""

from __future__ import annotations

import argparse
import threading
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm import server as mlx_server

from assay_engine import device


def mlx_options(model: str, adapter: str | None, prompt_cache: int) -> argparse.Namespace:
    """The options that the command line of mlx_lm.server would make; a test compares the names with those it reads."""
    return argparse.Namespace(
        model=model,
        adapter_path=adapter,
        draft_model=None,
        num_draft_tokens=0,
        trust_remote_code=False,
        chat_template="",
        use_default_chat_template=False,
        chat_template_args={},
        temp=0.0,
        top_p=1.0,
        top_k=0,
        min_p=0.0,
        max_tokens=512,
        decode_concurrency=32,
        prompt_concurrency=8,
        prefill_step_size=2048,
        prompt_cache_size=prompt_cache,
        prompt_cache_bytes=None,
        kv_bits=None,
        kv_group_size=64,
        quantized_kv_start=0,
        pipeline=False,
        allowed_origins=[],
    )


class OneModel(mlx_server.ModelProvider):
    """Loads the weights once, whatever model a request names, and as float32 where mlx computes on the CPU."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.load_error: Exception | None = None
        self.loaded = threading.Event()
        super().__init__(options)

    def load(self, *_: object) -> tuple[Any, Any]:
        """The model and its tokenizer. Raises what loading raised the first time."""
        if self.load_error is not None:
            raise self.load_error
        if self.model is None:
            try:
                super().load("default_model", None, "default_model")
                device.settle(self.model)
            except Exception as error:
                self.load_error = error
                raise
            finally:
                self.loaded.set()
        return self.model, self.tokenizer

    def wait(self) -> None:
        """Return once the generating thread has loaded the model. Raises what loading raised."""
        self.loaded.wait()
        if self.load_error is not None:
            raise self.load_error

    def weights_type(self) -> str:
        """The number type of the largest floating-point weight."""
        arrays = [a for _, a in tree_flatten(self.model.parameters()) if mx.issubdtype(a.dtype, mx.floating)]
        return str(max(arrays, key=lambda a: a.size).dtype).removeprefix("mlx.core.") if arrays else "unknown"


def generate_one_token(generator: Any) -> None:
    """Prove that the model answers, and have everything compiled and mapped before the first client."""
    arguments = mlx_server.GenerationArguments(
        model=mlx_server.ModelDescription("default_model", "default_model", None),
        sampling=mlx_server.SamplingArguments(0.0, 1.0, 0, 0.0, 0.0, 0.1),
        logits=mlx_server.LogitsProcessorArguments(None, 0.0, 20, 0.0, 20, 0.0, 20),
        stop_words=[],
        max_tokens=1,
        num_draft_tokens=0,
        logprobs=False,
        top_logprobs=-1,
        seed=None,
        chat_template_kwargs=None,
    )
    request = mlx_server.CompletionRequest("text", "Hello", [], None, None)
    _, tokens = generator.generate(request, arguments)
    for _ in tokens:
        pass
