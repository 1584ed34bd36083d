"""The files of adapters and models, looked at with care: they may come from anywhere."""

from __future__ import annotations

import contextlib
import json
import math
import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import assay_start
import model_checks

MOST_CONFIG = 1 << 20
MOST_HEADER = 16 << 20
MOST_TENSORS = 20_000
SIZES = {"F32": 4, "F16": 2, "BF16": 2}
NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


class AdapterError(Exception):
    """What is wrong, in a sentence for a person."""


def read_config(folder: Path, name: str = "adapter_config.json") -> dict[str, Any]:
    """The object in a small JSON file."""
    path = folder / name
    if not path.is_file():
        raise AdapterError(f"{folder} has no {name}, so it is no adapter's folder.")
    if path.stat().st_size > MOST_CONFIG:
        raise AdapterError(f"{path} is larger than {MOST_CONFIG >> 20} MiB, so it is no adapter's configuration.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise AdapterError(f"{path} is not JSON that can be read: {type(error).__name__}.") from error
    if not isinstance(value, dict):
        raise AdapterError(f"{path} must hold an object.")
    return value


def header(path: Path) -> dict[str, Any]:
    """What a safetensors file says that it holds, each entry checked against the file's size."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(MOST_HEADER, size - 8):
            raise AdapterError(f"{path} is no safetensors file: its header can't be {length} bytes long.")
        try:
            entries = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise AdapterError(f"{path} is no safetensors file: its header is not JSON.") from error
    if not isinstance(entries, dict) or len(entries) > MOST_TENSORS:
        raise AdapterError(f"{path} is no safetensors file that can be read: its header has no tensors, or too many.")
    entries.pop("__metadata__", None)
    for name, entry in entries.items():
        check_entry(path, name, entry, size - 8 - length)
    return entries


def check_entry(path: Path, name: str, entry: Any, room: int) -> None:
    """Refuse a tensor that doesn't fit into its file."""
    try:
        shape, (first, end), kind = entry["shape"], entry["data_offsets"], entry["dtype"]
        numbers = [*shape, first, end]
        is_sound = all(type(number) is int and 0 <= number < 1 << 48 for number in numbers) and first <= end <= room
        if is_sound and kind in SIZES:
            is_sound = math.prod(shape) * SIZES[kind] == end - first
    except (KeyError, TypeError, ValueError) as error:
        raise AdapterError(f"{path}: the header's entry {name[:80]!r} is broken.") from error
    if not is_sound:
        raise AdapterError(f"{path}: the tensor {name[:80]!r} doesn't fit into the file; it is cut off or broken.")


def load_tensors(path: Path) -> dict[str, Any]:
    """The tensors of an adapter's safetensors file."""
    import mlx.core as mx

    if not path.is_file():
        raise AdapterError(f"{path.parent} has no {path.name}, so it holds no adapter that can be read.")
    for name, entry in header(path).items():
        if entry["dtype"] not in SIZES:
            raise AdapterError(f"{path}: the tensor {name[:80]!r} is {entry['dtype']}; adapters are F32, F16 or BF16.")
        if len(name) > 300 or not NAME.fullmatch(name):
            raise AdapterError(f"{path}: {name[:80]!r} is no name of a model's weights.")
    return dict(mx.load(str(path)))


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@contextlib.contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name when all went well and is gone otherwise."""
    if out.exists() or out.is_symlink():
        raise AdapterError(f"{out} is there already; remove it, or name another place with --output.")
    out.parent.mkdir(parents=True, exist_ok=True)
    assay_start.sweep(out.parent)
    place = out.with_name(assay_start.temporary_name())
    place.mkdir(mode=0o700)
    try:
        # The folder may be one of a git repository, and this process may be killed.
        (place / ".gitignore").write_text("*\n", encoding="utf-8")
        temporary = place / "new"
        temporary.mkdir()
        yield temporary
        temporary.rename(out)
    finally:
        shutil.rmtree(place, ignore_errors=True)


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
        count = self.config.get("num_hidden_layers")
        return count if type(count) is int else None

    @property
    def quantization(self) -> dict[str, Any] | None:
        found = self.config.get("quantization")
        return found if isinstance(found, dict) else None

    def check(self, adapter: Any) -> None:
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
        """How a layer is quantised."""
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
