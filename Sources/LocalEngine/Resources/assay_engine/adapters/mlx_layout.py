"""Adapters in mlx-lm's layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay_engine.adapters.pairs import MLX, WEIGHTS, Adapter, Pair, checked, number
from assay_engine.adapters.tensor_files import AdapterError, load_tensors, read_config, write_json


def read_mlx(folder: Path) -> Adapter:
    config = read_config(folder)
    kind = config.get("fine_tune_type", "lora")
    if kind == "full":
        raise AdapterError(
            f"{folder} holds whole weights (`full` tuning) and no adapter: `assay adapter fuse` writes the model that "
            "they make, in the layout that every engine loads."
        )
    if kind not in ("lora", "dora"):
        raise AdapterError(f"{folder / 'adapter_config.json'}: `fine_tune_type` must be lora or dora.")
    parameters = config.get("lora_parameters")
    if not isinstance(parameters, dict):
        raise AdapterError(f"{folder / 'adapter_config.json'} has no `lora_parameters`.")
    factor = number(parameters, "scale", folder)
    pairs: dict[str, Pair] = {}
    for name, array in load_tensors(folder / WEIGHTS[MLX]).items():
        path, _, part = name.rpartition(".")
        if part not in ("lora_a", "lora_b", "m") or not path:
            raise AdapterError(f"{folder / WEIGHTS[MLX]}: {name[:80]} is no part of a LoRA or DoRA adapter.")
        pair = pairs.setdefault(path, Pair(None, None, factor))
        setattr(pair, {"lora_a": "a", "lora_b": "b", "m": "magnitude"}[part], array)
    base = config.get("model")
    return Adapter(
        checked(pairs, folder), number(parameters, "dropout", folder, 0.0), base if isinstance(base, str) else None
    )


def write_mlx(adapter: Adapter, folder: Path, layer_count: int | None) -> None:
    import mlx.core as mx

    arrays: dict[str, Any] = {}
    for name, pair in adapter.pairs.items():
        arrays |= {f"{name}.lora_a": pair.a, f"{name}.lora_b": pair.b}
        if pair.magnitude is not None:
            arrays[f"{name}.m"] = pair.magnitude
    mx.save_safetensors(str(folder / WEIGHTS[MLX]), arrays)
    # mlx-lm names the last so many layers; what it finds no weights for there adds nothing.
    layers = adapter.layers()
    count = -1 if layer_count is None or not layers or layers[0] == 0 else layer_count - layers[0]
    write_json(
        folder / "adapter_config.json",
        {
            "fine_tune_type": "dora" if adapter.is_dora else "lora",
            "model": adapter.base,
            "num_layers": count,
            "lora_parameters": {
                "rank": adapter.rank,
                "scale": adapter.factor,
                "dropout": adapter.dropout,
                "keys": adapter.keys(),
            },
        },
    )
