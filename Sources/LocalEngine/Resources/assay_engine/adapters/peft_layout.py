"""Adapters in PEFT's layout, which vLLM and Ollama load too."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from assay_engine.adapters.pairs import PEFT, WEIGHTS, Adapter, Pair, alpha_of, checked, number
from assay_engine.adapters.tensor_files import NAME, AdapterError, load_tensors, read_config, write_json

PEFT_PARTS = {
    "lora_A.weight": "a",
    "lora_B.weight": "b",
    "lora_magnitude_vector": "magnitude",
    "lora_magnitude_vector.weight": "magnitude",
}


def read_peft(folder: Path) -> Adapter:
    config = read_config(folder)
    if config.get("peft_type") != "LORA":
        kind = str(config.get("peft_type"))[:40]
        raise AdapterError(f"{folder} is a PEFT adapter of the kind {kind!r}; only LORA can be converted.")
    unusual = [
        key
        for key in ("fan_in_fan_out", "lora_bias", "modules_to_save", "trainable_token_indices", "layer_replication")
        if config.get(key)
    ]
    if config.get("bias", "none") != "none":
        unusual.append("bias")
    if unusual:
        shown = ", ".join(unusual)
        raise AdapterError(f"{folder}: the adapter uses {shown}, which other layouts can't say; merge it with PEFT.")
    alpha = number(config, "lora_alpha", folder, 8)
    patterns = config.get("alpha_pattern") or {}
    if not isinstance(patterns, dict) or not all(NAME.fullmatch(key) for key in patterns):
        raise AdapterError(f"{folder}: `alpha_pattern` must name layers plainly to be converted.")
    pairs: dict[str, Pair] = {}
    for name, array in load_tensors(folder / WEIGHTS[PEFT]).items():
        plain = name.removeprefix("base_model.model.")
        part = next((part for part in PEFT_PARTS if plain.endswith("." + part)), None)
        if part is None or plain == name:
            place = folder / WEIGHTS[PEFT]
            raise AdapterError(f"{place}: {name[:80]} is no part of a linear layer's adapter; merge it with PEFT.")
        pair = pairs.setdefault(plain.removesuffix("." + part), Pair(None, None, 0.0))
        is_matrix = PEFT_PARTS[part] != "magnitude" and array.ndim == 2
        setattr(pair, PEFT_PARTS[part], array.T if is_matrix else array)
    for name, pair in checked(pairs, folder).items():
        own = next((patterns[key] for key in patterns if name == key or name.endswith("." + key)), alpha)
        rank = math.sqrt(pair.rank) if config.get("use_rslora") else pair.rank
        pair.factor = number({"alpha_pattern": own}, "alpha_pattern", folder) / rank
    base = config.get("base_model_name_or_path")
    return Adapter(pairs, number(config, "lora_dropout", folder, 0.0), base if isinstance(base, str) else None)


def write_peft(adapter: Adapter, folder: Path, layer_count: int | None) -> None:
    import mlx.core as mx

    arrays: dict[str, Any] = {}
    for name, pair in adapter.pairs.items():
        stem = f"base_model.model.{name}"
        arrays |= {f"{stem}.lora_A.weight": pair.a.T, f"{stem}.lora_B.weight": pair.b.T}
        if pair.magnitude is not None:
            arrays[f"{stem}.lora_magnitude_vector"] = pair.magnitude
    mx.save_safetensors(str(folder / WEIGHTS[PEFT]), arrays, metadata={"format": "pt"})
    keys, layers = adapter.keys(), adapter.layers()
    short = sorted({key.rpartition(".")[2] for key in keys})
    is_all = layer_count is not None and layers == list(range(layer_count))
    write_json(
        folder / "adapter_config.json",
        {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": adapter.base,
            "r": adapter.rank,
            "lora_alpha": alpha_of(adapter.factor, adapter.rank),
            "lora_dropout": adapter.dropout,
            "target_modules": short if len(short) == len(keys) else keys,
            "layers_to_transform": None if is_all or not layers else layers,
            "use_dora": adapter.is_dora,
            "use_rslora": False,
            "bias": "none",
            "fan_in_fan_out": False,
            "modules_to_save": None,
            "init_lora_weights": True,
            "inference_mode": True,
        },
    )
