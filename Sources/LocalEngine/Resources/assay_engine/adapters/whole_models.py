"""Whole models: loaded, saved, and compared by the logits that they give."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from assay_engine import device, model_checks
from assay_engine.adapters.tensor_files import AdapterError
from assay_engine.templates import renderer

MOST_TOKENS = 256
TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "My order has not arrived yet. Can you tell me where it is?",
    '{"name": "Zoë", "items": [1, 2.5, null], "ok": true}',
    "def total(prices):\n    return sum(prices)\n",
)
KEPT_ENDINGS = (".jinja", ".model", ".tiktoken", ".txt")
KEPT_NAMES = ("generation_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json")


def save_model(model: Any, config: dict[str, Any], source: Path, folder: Path) -> None:
    """Write a model with its tokenizer's files as they are in the folder it came from."""
    from mlx_lm import utils

    utils.save_model(folder, model, donate_model=False)
    utils.save_config(config, folder / "config.json")
    for path in sorted(source.iterdir()):
        is_kept = path.name.startswith("tokenizer") or path.suffix in KEPT_ENDINGS or path.name in KEPT_NAMES
        if is_kept and path.is_file():
            shutil.copyfile(path, folder / path.name)


_renderer: renderer.Renderer | None = None


def load(folder: Path, adapter: Path | None = None) -> tuple[Any, Any, dict[str, Any]]:
    """A model with its tokenizer and configuration. Raises an `AdapterError`."""
    global _renderer
    import mlx_lm

    name = None if adapter is None else str(adapter)
    try:
        model_checks.check_model(folder)
        if adapter is not None:
            model_checks.check_adapter(adapter)
        _renderer = _renderer or renderer.install()
        model, tokenizer, config = mlx_lm.load(
            str(folder),
            adapter_path=name,
            tokenizer_config={"trust_remote_code": False},
            trust_remote_code=False,
            return_config=True,
        )
    except ValueError as error:
        raise AdapterError(model_checks.sentence(error, str(folder), name)) from error
    return model, tokenizer, config


def samples(tokenizer: Any, rows: Path | None) -> list[list[int]]:
    """Some prompts as tokens: of a job's rows where given, or else a few texts."""
    found: list[list[int]] = []
    if rows is not None and rows.is_file():
        with rows.open(encoding="utf-8") as file:
            for line in [line for line, _ in zip(file, range(4), strict=False)]:
                row = json.loads(line)
                if isinstance(row, dict) and isinstance(row.get("messages"), list) and tokenizer.has_chat_template:
                    found.append(tokenizer.apply_chat_template(row["messages"], tokenize=True))
    found = found or [tokenizer.encode(text) for text in TEXTS]
    return [tokens[:MOST_TOKENS] for tokens in found if tokens]


def logits(folder: Path, adapter: Path | None, rows: Path | None) -> list[Any]:
    """A model's logits for the samples, computed in float32 on the CPU."""
    import mlx.core as mx
    import numpy as np

    model, tokenizer, _ = load(folder, adapter)
    device.settle(model)
    model.eval()
    found = []
    for tokens in samples(tokenizer, rows):
        said = model(mx.array([tokens]))[0].astype(mx.float32)
        found.append(np.array(said))
    return found


def compare(one: list[Any], two: list[Any]) -> dict[str, Any]:
    """Figures of the difference between two models' logits, over all tokens of all samples."""
    import numpy as np

    places = sum(len(left) for left in one)
    same = sum(int((left.argmax(-1) == right.argmax(-1)).sum()) for left, right in zip(one, two, strict=True))
    return {
        "prompts": len(one),
        "places": places,
        "same_choice": same,
        "max_difference": max(float(np.abs(left - right).max()) for left, right in zip(one, two, strict=True)),
        "largest_logit": max(float(np.abs(left).max()) for left in one),
    }


def size(folder: Path) -> int:
    """Bytes of a model's weights."""
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))
