"""Writes the whole model that a base and an adapter make."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay_engine.adapters import layouts
from assay_engine.adapters.base import Base
from assay_engine.adapters.mlx_layout import write_mlx
from assay_engine.adapters.pairs import MLX, PEFT, Adapter
from assay_engine.adapters.tensor_files import AdapterError, read_config, whole_folder
from assay_engine.adapters.whole_models import compare, load, logits, save_model, size


def fuse(folder: Path, out: Path, base_name: str | None, dequantize: bool, rows: Path | None) -> dict[str, Any]:
    """Write the model that base and adapter make, and compare it with the base that has the adapter beside it.

    Raises an `AdapterError`.
    """
    config = read_config(folder)
    is_full = MLX in layouts.layouts(folder) and config.get("fine_tune_type") == "full"
    adapter, layout = (None, MLX) if is_full else layouts.read(folder)
    named = base_name or (config.get("model") if adapter is None else adapter.base)
    base = Base.find(named if isinstance(named, str) else None)
    if base is None:
        raise AdapterError(f"The base model {named!r} is not on this machine: name it with --base.")
    if adapter is not None:
        base.check(adapter)
    rewritten = adapter if layout == PEFT or base_name else None
    with whole_folder(out) as temporary, as_mlx_loads_it(folder, rewritten, base, out) as source:
        is_quantized = save_fused(base, source, temporary, dequantize, needs_layers=adapter is not None)
        difference = compare(logits(base.folder, source, rows), logits(temporary, None, rows))
    report = {
        "method": "full" if adapter is None else "dora" if adapter.is_dora else "lora",
        "base": str(named),
        "bytes": size(out),
        "quantized": is_quantized,
        "notes": [QUANTIZED_AGAIN] if is_quantized else [],
    }
    return report | difference | {"files": sorted(path.name for path in out.iterdir())}


QUANTIZED_AGAIN = "The fused layers are quantised again, which loses some of what was learnt; --dequantize keeps it."


@contextlib.contextmanager
def as_mlx_loads_it(folder: Path, adapter: Adapter | None, base: Base, out: Path) -> Iterator[Path]:
    """The folder itself, or one beside `out` with the adapter in mlx-lm's layout, which is removed afterwards."""
    if adapter is None:
        yield folder
        return
    place = out.with_name(f".{out.name}.{os.getpid()}-mlx")
    place.mkdir()
    try:
        write_mlx(adapter.uniform(), place, base.layer_count)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def save_fused(base: Base, source: Path, folder: Path, dequantize: bool, needs_layers: bool) -> bool:
    """Write the fused model, and return whether its weights are quantised.

    Raises an `AdapterError` where `needs_layers`, and mlx-lm finds no layer that the adapter changes.
    """
    from mlx.utils import tree_unflatten
    from mlx_lm.utils import dequantize_model

    model, _, config = load(base.folder, source)
    parts = [(name, part) for name, part in model.named_modules() if hasattr(part, "fuse")]
    fused = [(name, part.fuse(dequantize=dequantize)) for name, part in parts]
    if not fused and needs_layers:
        raise AdapterError(f"mlx-lm found no layer of the model {base.folder} that the adapter changes.")
    if fused:
        model.update_modules(tree_unflatten(fused))
    if dequantize:
        model = dequantize_model(model)
        config.pop("quantization", None)
        config.pop("quantization_config", None)
    # DoRA and full tuning leave float32 among shorter numbers, which other engines don't expect.
    model.set_dtype(number_type(base))
    save_model(model, config, base.folder, folder)
    return "quantization" in config


def number_type(base: Base) -> Any:
    """The number type of a model's weights, quantised or not."""
    import mlx.core as mx

    return {"F32": mx.float32, "F16": mx.float16, "BF16": mx.bfloat16}.get(base.kind, mx.float32)
