"""Adapters in the layouts of mlx-lm, PEFT and llama.cpp, read into the same values and written from them.

A pair of matrices is kept as mlx-lm has it: what a layer adds is `factor · (x·a)·b`. Files may come from anywhere, so
shapes are checked before anything is computed from them.
"""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

from adapter_files import NAME, AdapterError, load_tensors, read_config, write_json

MLX, PEFT, GGUF = "mlx", "peft", "gguf"
LAYOUTS = (PEFT, MLX, GGUF)
WEIGHTS = {MLX: "adapters.safetensors", PEFT: "adapter_model.safetensors", GGUF: "adapter.gguf"}

LAYER = re.compile(r"(.*\.)?layers\.(\d+)\.(.+)")

ARCHITECTURES = {
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
}
"""llama.cpp's name for a `model_type`, of the models whose linear layers it names as below."""

GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclasses.dataclass
class Pair:
    """What is learnt of one linear layer: `a` has its inputs as rows, `b` its outputs as columns."""

    a: Any
    b: Any
    factor: float
    magnitude: Any = None

    @property
    def rank(self) -> int:
        return int(self.a.shape[1])


@dataclasses.dataclass
class Adapter:
    """An adapter, whatever layout it came in."""

    pairs: dict[str, Pair]
    dropout: float
    base: str | None

    @property
    def is_dora(self) -> bool:
        return any(pair.magnitude is not None for pair in self.pairs.values())

    @property
    def rank(self) -> int:
        return max(pair.rank for pair in self.pairs.values())

    @property
    def factor(self) -> float:
        return max(pair.factor for pair in self.pairs.values())

    def uniform(self) -> Adapter:
        """The same adapter with one rank and one factor, which is all that some layouts can say."""
        import mlx.core as mx

        rank, factor = self.rank, self.factor
        pairs: dict[str, Pair] = {}
        for name, pair in self.pairs.items():
            a, b, missing = pair.a, pair.b, rank - pair.rank
            if missing:
                a, b = mx.pad(a, ((0, 0), (0, missing))), mx.pad(b, ((0, missing), (0, 0)))
            if pair.factor != factor:
                b = (b.astype(mx.float32) * (pair.factor / factor)).astype(mx.float32)
            pairs[name] = Pair(a, b, factor, pair.magnitude)
        return Adapter(pairs, self.dropout, self.base)

    def layers(self) -> list[int]:
        """The numbers of the layers that it changes."""
        return sorted({int(match[2]) for name in self.pairs if (match := LAYER.fullmatch(name))})

    def keys(self) -> list[str]:
        """What it changes in each layer, and by its whole name what stands outside of them."""
        return sorted({match[3] if (match := LAYER.fullmatch(name)) else name for name in self.pairs})


def layouts(folder: Path) -> list[str]:
    """The layouts that a folder's adapter is there in."""
    return [layout for layout in LAYOUTS if (folder / WEIGHTS[layout]).is_file()]


def number(config: dict[str, Any], key: str, path: Path, default: float | None = None) -> float:
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AdapterError(f"{path / 'adapter_config.json'}: `{key}` must be a number.")
    return float(value)


def checked(pairs: dict[str, Pair], path: Path) -> dict[str, Pair]:
    """Refuse matrices that can't be multiplied, or not by each other."""
    if not pairs:
        raise AdapterError(f"{path} changes no layer.")
    for name, pair in pairs.items():
        if pair.a is None or pair.b is None:
            raise AdapterError(f"{path}: of {name} only one of two matrices is there.")
        if pair.a.ndim != 2 or pair.b.ndim != 2:
            raise AdapterError(f"{path}: {name} is no plain linear layer, and only those can be converted; fuse it.")
        if pair.a.shape[1] != pair.b.shape[0] or not 0 < pair.rank <= 4096:
            shapes = f"{list(pair.a.shape)} and {list(pair.b.shape)}"
            raise AdapterError(f"{path}: the shapes of {name} don't fit each other: {shapes}.")
        if pair.magnitude is not None and list(pair.magnitude.shape) != [pair.b.shape[1]]:
            raise AdapterError(f"{path}: the magnitude of {name} has {list(pair.magnitude.shape)} numbers.")
    if len({pair.magnitude is None for pair in pairs.values()}) > 1:
        raise AdapterError(f"{path}: some layers are DoRA's and some are not; such a mixture can't be converted.")
    return pairs


# mlx-lm


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


# PEFT

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


def alpha_of(factor: float, rank: int) -> int | float:
    """The `lora_alpha` that divided by the rank gives the factor, to the last bit where there is one."""
    alpha = factor * rank
    near = (alpha, math.nextafter(alpha, math.inf), math.nextafter(alpha, -math.inf))
    alpha = next((value for value in near if value / rank == factor), alpha)
    return int(alpha) if alpha.is_integer() else alpha


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


# llama.cpp


class Heads:
    """How llama.cpp's copy of a model orders the rows of its attention."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.model_type = str(config.get("model_type"))
        if self.model_type not in ARCHITECTURES:
            known = ", ".join(ARCHITECTURES)
            raise AdapterError(
                f"Adapters of {self.model_type[:40]} models can't be written for llama.cpp here, only of {known}. "
                "Convert to PEFT's layout, and that with llama.cpp's own convert_lora_to_gguf.py; or fuse."
            )
        self.architecture = ARCHITECTURES[self.model_type]
        heads = config.get("num_attention_heads")
        self.counts = {"attn_q": heads, "attn_k": config.get("num_key_value_heads") or heads}

    def order(self, name: str, rows: int) -> list[int] | None:
        """Which of the model's rows stands where: Llamas turn pairs of rows there, and halves of a head here."""
        if self.architecture != "llama" or name not in self.counts:
            return None
        heads = self.counts[name]
        if type(heads) is not int or heads < 1 or rows % (2 * heads):
            raise AdapterError(f"The model's config.json has {heads!r} heads, which don't share {rows} rows evenly.")
        half = rows // heads // 2
        return [(head * 2 + part) * half + index for head in range(heads) for index in range(half) for part in (0, 1)]


def gguf_name(name: str) -> str:
    match = LAYER.fullmatch(name)
    if match is None or match[3] not in GGUF_NAMES:
        raise AdapterError(f"llama.cpp's name of {name[:80]} isn't known here; fuse the adapter instead.")
    return f"blk.{int(match[2])}.{GGUF_NAMES[match[3]]}"


def write_gguf(adapter: Adapter, folder: Path, heads: Heads) -> None:
    import mlx.core as mx

    if adapter.is_dora:
        raise AdapterError("llama.cpp can't load DoRA adapters: `assay adapter fuse`, then convert the whole model.")
    arrays: dict[str, Any] = {}
    for name, pair in adapter.pairs.items():
        stem = gguf_name(name)
        b = pair.b.T.astype(mx.float32)
        if order := heads.order(stem.rpartition(".")[2], b.shape[0]):
            b = b[mx.array(order)]
        arrays |= {f"{stem}.weight.lora_a": pair.a.T.astype(mx.float32), f"{stem}.weight.lora_b": b}
    metadata = {
        "general.architecture": heads.architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": mx.array(float(alpha_of(adapter.factor, adapter.rank)), mx.float32),
    }
    arrays = {name: mx.contiguous(array) for name, array in arrays.items()}
    mx.save_gguf(str(folder / WEIGHTS[GGUF]), arrays, metadata)


def read_gguf(folder: Path, heads: Heads, names: list[str]) -> Adapter:
    """An adapter that was written here, under the model's own names."""
    import mlx.core as mx

    arrays, metadata = mx.load(str(folder / WEIGHTS[GGUF]), return_metadata=True)
    pairs: dict[str, Pair] = {}
    for name in names:
        stem = gguf_name(name)
        a, b = arrays.pop(f"{stem}.weight.lora_a").T, arrays.pop(f"{stem}.weight.lora_b")
        if order := heads.order(stem.rpartition(".")[2], b.shape[0]):
            b = b[mx.argsort(mx.array(order))]
        pairs[name] = Pair(a, b.T, metadata["adapter.lora.alpha"].item() / a.shape[1])
    if arrays:
        raise AdapterError(f"{folder / WEIGHTS[GGUF]} has {len(arrays)} tensors too many.")
    return Adapter(checked(pairs, folder), 0.0, None)


# Any


def read(folder: Path) -> tuple[Adapter, str]:
    """The adapter in a folder, and the layout it was read in."""
    if not folder.is_dir():
        raise AdapterError(f"There is no folder {folder}.")
    found = layouts(folder)
    if PEFT in found:
        return read_peft(folder), PEFT
    if MLX in found:
        return read_mlx(folder), MLX
    if GGUF in found:
        raise AdapterError(
            f"{folder} holds an adapter for llama.cpp, which can't be converted; take what it was made from."
        )
    if (folder / "config.json").is_file() and any(folder.glob("model*.safetensors")):
        raise AdapterError(f"{folder} holds a whole model (`full` tuning) and no adapter: engines load it as it is.")
    names = " or ".join(WEIGHTS[layout] for layout in (MLX, PEFT))
    raise AdapterError(f"{folder} holds no adapter: {names} is missing.")
