"""Adapters in llama.cpp's layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay_engine.adapters.pairs import GGUF, LAYER, WEIGHTS, Adapter, Pair, alpha_of, checked
from assay_engine.adapters.tensor_files import AdapterError

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


class Heads:
    """The order of attention rows in llama.cpp's copy of a model."""

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
        """The order of a weight's rows in llama.cpp, which rotates pairs of a Llama's rows instead of halves of a head.

        None where the order is the same.
        """
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
