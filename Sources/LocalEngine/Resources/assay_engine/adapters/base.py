"""A base model's files on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay_engine import model_checks
from assay_engine.adapters.pairs import Adapter
from assay_engine.adapters.tensor_files import SIZES, AdapterError, header, read_config


class Base:
    """A base model's files on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = read_config(folder, "config.json")
        self.kind = "F32"
        self._places: dict[str, Path] = {}
        self._shapes: dict[str, list[int]] = {}
        for path in sorted(folder.glob("model*.safetensors")):
            for name, entry in header(path).items():
                self._places[name] = path
                self._shapes[name] = entry["shape"]
                if entry["dtype"] in SIZES:
                    self.kind = entry["dtype"]
        if not self._places:
            raise AdapterError(f"{folder} holds no model: model.safetensors is missing.")
        self._open: tuple[Path, dict[str, Any]] | None = None

    @classmethod
    def find(cls, name: str | None) -> Base | None:
        """The model with an absolute path or a hub id; nothing where it isn't on this machine.

        Adapters come from elsewhere, so what they say is never looked up below the working folder.
        """
        if not name:
            return None
        folder = Path(name)
        if not folder.is_absolute():
            try:
                # Adapters of other makers name their base without `hub:`.
                folder = model_checks.resolve(model_checks.HUB + name.removeprefix(model_checks.HUB), False)
            except model_checks.ModelError:
                return None
        return cls(folder) if (folder / "config.json").is_file() else None

    @property
    def layer_count(self) -> int | None:
        """The number of its layers, from its configuration."""
        count = self.config.get("num_hidden_layers")
        return count if type(count) is int else None

    @property
    def quantization(self) -> dict[str, Any] | None:
        """The quantisation of its weights; None where they aren't quantised."""
        found = self.config.get("quantization")
        return found if isinstance(found, dict) else None

    def check(self, adapter: Adapter) -> None:
        """Refuse an adapter that is for another model."""
        for name, pair in adapter.pairs.items():
            shape = self.shape(name)
            if shape is None:
                raise AdapterError(f"The model {self.folder} has no layer {name[:80]}; the adapter is for another one.")
            wanted = [pair.b.shape[1], pair.a.shape[0]]
            if shape != wanted:
                raise AdapterError(f"{name[:80]} is {shape} in the model {self.folder}, and {wanted} in the adapter.")

    def shape(self, name: str) -> list[int] | None:
        """Outputs and inputs of a linear layer."""
        shape = self._shapes.get(f"{name}.weight")
        scales = self._shapes.get(f"{name}.scales")
        if shape is None or scales is None:
            return shape
        return [shape[0], scales[-1] * self.quantization_of(name)["group_size"]]

    def quantization_of(self, name: str) -> dict[str, Any]:
        """The quantisation of a layer."""
        whole = self.quantization or {}
        own = whole.get(name)
        found = own if isinstance(own, dict) else whole
        kept = {key: found[key] for key in ("group_size", "bits", "mode") if key in found}
        if type(kept.get("group_size")) is not int or type(kept.get("bits")) is not int:
            raise AdapterError(f"{self.folder / 'config.json'} doesn't say how {name[:80]} is quantised.")
        return kept

    def weight(self, name: str) -> Any:
        """A linear layer's weights."""
        import mlx.core as mx

        weight, scales = self._tensor(f"{name}.weight"), self._tensor(f"{name}.scales")
        if scales is None:
            return weight
        return mx.dequantize(weight, scales, self._tensor(f"{name}.biases"), **self.quantization_of(name))

    def _tensor(self, name: str) -> Any:
        import mlx.core as mx

        path = self._places.get(name)
        if path is None:
            return None
        if self._open is None or self._open[0] != path:
            self._open = (path, dict(mx.load(str(path))))
        return self._open[1][name]
