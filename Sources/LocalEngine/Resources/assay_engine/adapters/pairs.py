"""Adapters as pairs of matrices, whatever layout they come in.

A pair is kept as mlx-lm has it: a layer adds `factor · (x·a)·b`. Files may come from anywhere, so shapes are checked
before anything is computed from them.
"""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

from assay_engine.adapters.tensor_files import AdapterError

MLX, PEFT, GGUF = "mlx", "peft", "gguf"
LAYOUTS = (PEFT, MLX, GGUF)
WEIGHTS = {MLX: "adapters.safetensors", PEFT: "adapter_model.safetensors", GGUF: "adapter.gguf"}

LAYER = re.compile(r"(.*\.)?layers\.(\d+)\.(.+)")


@dataclasses.dataclass
class Pair:
    """The adapter of one linear layer: `a` has its inputs as rows, `b` its outputs as columns."""

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
        """Names of the parts that it changes within a layer, and whole names of those outside of the layers."""
        return sorted({match[3] if (match := LAYER.fullmatch(name)) else name for name in self.pairs})


def number(config: dict[str, Any], key: str, path: Path, default: float | None = None) -> float:
    """A finite number of a configuration. Raises an `AdapterError`."""
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AdapterError(f"{path / 'adapter_config.json'}: `{key}` must be a number.")
    return float(value)


def checked(pairs: dict[str, Pair], path: Path) -> dict[str, Pair]:
    """The pairs, once their shapes fit. Raises an `AdapterError`."""
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


def alpha_of(factor: float, rank: int) -> int | float:
    """The `lora_alpha` that divided by the rank gives the factor, to the last bit where there is one."""
    alpha = factor * rank
    near = (alpha, math.nextafter(alpha, math.inf), math.nextafter(alpha, -math.inf))
    alpha = next((value for value in near if value / rank == factor), alpha)
    return int(alpha) if alpha.is_integer() else alpha
