"""Writes an adapter in another layout, reads it back, and compares the two."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from assay_engine.adapters import layouts
from assay_engine.adapters.base import Base
from assay_engine.adapters.gguf_layout import Heads, read_gguf, write_gguf
from assay_engine.adapters.mlx_layout import read_mlx, write_mlx
from assay_engine.adapters.pairs import GGUF, MLX, PEFT, Adapter, Pair, alpha_of
from assay_engine.adapters.peft_layout import read_peft, write_peft
from assay_engine.adapters.tensor_files import AdapterError, whole_folder

MOST_DIFFERENCE = 1e-6
"""The largest allowed difference between a converted weight and the original."""

VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Values of vLLM's --max-lora-rank."""


def exact(array: Any) -> Any:
    """An array in numbers that add next to nothing to what is measured."""
    import mlx.core as mx
    import numpy as np

    return np.array(array.astype(mx.float32)).astype(np.float64)


def difference(one: Pair, two: Pair, weight: Any) -> float:
    """The largest difference between the weights that two pairs make of a layer; infinite where one is NaN."""
    import numpy as np

    outputs = one.b.shape[1]
    rows = max(1, (8 << 20) // one.a.shape[0])
    sides = [(exact(pair.a).T, exact(pair.b).T, pair.factor) for pair in (one, two)]
    magnitudes = [exact(pair.magnitude) for pair in (one, two) if pair.magnitude is not None]
    most = 0.0
    for start in range(0, outputs, rows):
        part = slice(start, start + rows)
        made = [factor * (b[part] @ a) for a, b, factor in sides]
        if magnitudes and weight is not None:
            wholes = [exact(weight[part]) + delta for delta in made]
            norms = [np.linalg.norm(whole, axis=1) for whole in wholes]
            made = [
                whole * (magnitude[part] / norm)[:, None]
                for whole, magnitude, norm in zip(wholes, magnitudes, norms, strict=True)
            ]
        # `np.maximum` keeps NaN, where `max` would drop it.
        most = float(np.maximum(most, np.abs(made[0] - made[1]).max()))
        if magnitudes and weight is None:
            most = float(np.maximum(most, np.abs(magnitudes[0][part] - magnitudes[1][part]).max()))
    return float("inf") if math.isnan(most) else most


def prove(source: Adapter, result: Adapter, base: Base | None) -> dict[str, Any]:
    """Compare two adapters layer by layer.

    Raises an `AdapterError` where a layer differs by more than it may.
    """
    if source.pairs.keys() != result.pairs.keys() or source.is_dora != result.is_dora:
        raise AdapterError("The layers that were written are not the layers that were read; nothing is kept.")
    worst, most = "", 0.0
    for name, pair in source.pairs.items():
        weight = base.weight(name) if base is not None and pair.magnitude is not None else None
        found = difference(pair, result.pairs[name], weight)
        if found >= most:
            worst, most = name, found
    if not most <= MOST_DIFFERENCE:
        raise AdapterError(
            f"{worst} differs by {most:.3g} from the original, more than {MOST_DIFFERENCE:g}; nothing is kept."
        )
    return {"tensors": len(source.pairs), "max_difference": most, "worst": worst}


def convert(folder: Path, out: Path, to: str, base_name: str | None) -> dict[str, Any]:
    """Write the adapter of a folder in another layout, read it back and compare."""
    original, layout = layouts.read(folder)
    named = base_name or original.base
    base = Base.find(named)
    if base_name and base is None:
        raise AdapterError(f"There is no model {base_name} on this machine.")
    if base is not None:
        base.check(original)
    adapter = original.uniform()
    adapter.base = named
    count = base.layer_count if base is not None else None
    with whole_folder(out) as temporary:
        if to == GGUF:
            if base is None:
                raise AdapterError("llama.cpp's layout needs the base model, which isn't found: name it with --base.")
            heads = Heads(base.config)
            write_gguf(adapter, temporary, heads)
            result = read_gguf(temporary, heads, list(adapter.pairs))
        elif to == PEFT:
            write_peft(adapter, temporary, count)
            result = read_peft(temporary)
        else:
            write_mlx(adapter, temporary, count)
            result = read_mlx(temporary)
        report = describe(adapter, named) | {"from": layout, "to": to} | prove(layouts.read(folder)[0], result, base)
        report["compared_with_base"] = base is not None
    report["files"] = sorted(path.name for path in out.iterdir())
    report["notes"] = notes(adapter, to, base)
    return report


def describe(adapter: Adapter, base: str | None) -> dict[str, Any]:
    return {
        "method": "dora" if adapter.is_dora else "lora",
        "rank": adapter.rank,
        "scale": adapter.factor,
        "alpha": alpha_of(adapter.factor, adapter.rank),
        "layers": len(adapter.layers()),
        "keys": adapter.keys(),
        "base": base,
    }


def notes(adapter: Adapter, to: str, base: Base | None) -> list[str]:
    """Sentences for the user of the result."""
    found: list[str] = []
    if base is not None and base.quantization is not None and to != MLX:
        found.append(
            "The base model is quantised in mlx's format, which only mlx loads: elsewhere the adapter goes on the "
            "model that was quantised, and is off by what quantising took."
        )
    if to == PEFT:
        if adapter.is_dora:
            found.append("vLLM can't load DoRA adapters; fuse it for vLLM.")
        elif adapter.rank > VLLM_RANKS[-1]:
            found.append(f"vLLM loads ranks up to {VLLM_RANKS[-1]}, and this is {adapter.rank}; fuse it for vLLM.")
        else:
            found.append(f"vLLM needs --max-lora-rank {vllm_rank(adapter.rank)} or more (16 when not given).")
    if to == GGUF:
        found.append("llama.cpp needs the base model as GGUF, made by its convert_hf_to_gguf.py from the same folder.")
    return found


def vllm_rank(rank: int) -> int:
    """The smallest --max-lora-rank of vLLM that a rank needs."""
    return next(most for most in VLLM_RANKS if most >= rank)
