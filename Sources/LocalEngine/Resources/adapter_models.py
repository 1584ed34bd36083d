"""Whole models: what base and adapter make together, and models with fewer bits for each weight."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import adapter_layouts as layouts
import assay_engine
import model_checks
import template_limits
from adapter_files import AdapterError, Base, read_config, whole_folder
from adapter_layouts import MLX, PEFT

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


_renderer: template_limits.Renderer | None = None


def load(folder: Path, adapter: Path | None = None) -> tuple[Any, Any, dict[str, Any]]:
    """A model with its tokenizer and configuration. Raises an `AdapterError`."""
    global _renderer
    import mlx_lm

    name = None if adapter is None else str(adapter)
    try:
        model_checks.check_model(folder)
        if adapter is not None:
            model_checks.check_adapter(adapter)
        _renderer = _renderer or template_limits.install()
        return mlx_lm.load(
            str(folder),
            adapter_path=name,
            tokenizer_config={"trust_remote_code": False},
            trust_remote_code=False,
            return_config=True,
        )
    except ValueError as error:
        raise AdapterError(model_checks.sentence(error, str(folder), name)) from error


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
    """What a model says to the samples, in float32 where the CPU computes."""
    import mlx.core as mx
    import numpy as np

    model, tokenizer, _ = load(folder, adapter)
    assay_engine.settle(model)
    model.eval()
    found = []
    for tokens in samples(tokenizer, rows):
        said = model(mx.array([tokens]))[0].astype(mx.float32)
        found.append(np.array(said))
    return found


def compare(one: list[Any], two: list[Any]) -> dict[str, Any]:
    """How far two models are apart, over all places of all samples."""
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


def base_numbers(base: Base) -> Any:
    """The kind of numbers that a model's weights are in, quantised or not."""
    import mlx.core as mx

    kinds = {"F32": mx.float32, "F16": mx.float16, "BF16": mx.bfloat16}
    return kinds.get(base.kind, mx.float32)


def fuse(folder: Path, out: Path, base_name: str | None, dequantize: bool, rows: Path | None) -> dict[str, Any]:
    """Write the model that base and adapter make, and compare what both say."""
    from mlx.utils import tree_unflatten
    from mlx_lm.utils import dequantize_model

    config = read_config(folder)
    is_full = MLX in layouts.layouts(folder) and config.get("fine_tune_type") == "full"
    adapter, layout = (None, MLX) if is_full else layouts.read(folder)
    named = base_name or (config.get("model") if adapter is None else adapter.base)
    base = Base.find(named if isinstance(named, str) else None)
    if base is None:
        raise AdapterError(f"The base model {named!r} is not on this machine: name it with --base.")
    if adapter is not None:
        base.check(adapter)
    with whole_folder(out) as temporary:
        source = folder
        with contextlib.ExitStack() as stack:
            if adapter is not None and (layout == PEFT or base_name):
                # As mlx-lm loads it.
                source = out.with_name(f".{out.name}.{os.getpid()}-mlx")
                source.mkdir()
                stack.callback(shutil.rmtree, source, ignore_errors=True)
                layouts.write_mlx(adapter.uniform(), source, base.layer_count)
            model, _, model_config = load(base.folder, source)
            numbers = base_numbers(base)
            parts = [(name, part) for name, part in model.named_modules() if hasattr(part, "fuse")]
            fused = [(name, part.fuse(dequantize=dequantize)) for name, part in parts]
            if not fused and adapter is not None:
                raise AdapterError(f"mlx-lm found no layer of the model {base.folder} that the adapter changes.")
            if fused:
                model.update_modules(tree_unflatten(fused))
            if dequantize:
                model = dequantize_model(model)
                model_config.pop("quantization", None)
                model_config.pop("quantization_config", None)
            # DoRA and full tuning leave float32 among smaller numbers, which other engines don't expect.
            model.set_dtype(numbers)
            save_model(model, model_config, base.folder, temporary)
            del model, parts, fused
            said = compare(logits(base.folder, source, rows), logits(temporary, None, rows))
    method = "full" if adapter is None else "dora" if adapter.is_dora else "lora"
    report = {"method": method, "base": str(named), "bytes": size(out), "quantized": "quantization" in model_config}
    report["notes"] = (
        ["The fused layers are quantised again, which loses some of what was learnt; --dequantize keeps it."]
        if report["quantized"]
        else []
    )
    return report | said | {"files": sorted(path.name for path in out.iterdir())}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))


def quantize(model_name: str, out: Path, bits: int, group_size: int | None) -> dict[str, Any]:
    """Write a model with fewer bits for each weight, and tell what that changes."""
    from mlx_lm.utils import quantize_model

    base = Base.find(model_name)
    if base is None:
        raise AdapterError(f"There is no model {model_name} on this machine.")
    if base.quantization is not None:
        raise AdapterError(f"{model_name} is quantised already; start from the original.")
    model, _, config = load(base.folder)
    widths = {part.weight.shape[-1] for _, part in model.named_modules() if hasattr(part, "to_quantized")}
    fits = [candidate for candidate in (64, 32) if all(width % candidate == 0 for width in widths)]
    group = group_size or (fits[0] if fits else 32)
    if not any(width % group == 0 for width in widths):
        shown = ", ".join(str(width) for width in sorted(widths))
        raise AdapterError(f"Groups of {group} don't divide any layer of this model (widths {shown}); choose 32.")
    with whole_folder(out) as temporary:
        model, config = quantize_model(model, config, group, bits)
        save_model(model, config, base.folder, temporary)
        del model
        said = compare(logits(base.folder, None, None), logits(temporary, None, None))
    before = size(base.folder)
    return {"bits": bits, "group_size": group, "bytes_before": before, "bytes": size(out)} | said
