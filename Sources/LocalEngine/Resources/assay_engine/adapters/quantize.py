"""Writes a model with fewer bits for each weight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay_engine.adapters.base import Base
from assay_engine.adapters.tensor_files import AdapterError, whole_folder
from assay_engine.adapters.whole_models import compare, load, logits, save_model, size


def quantize(model_name: str, out: Path, bits: int, group_size: int | None) -> dict[str, Any]:
    """Write a model with fewer bits for each weight, and compare it with the original. Raises an `AdapterError`."""
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
