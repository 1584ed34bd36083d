"""Files of adapters and models, which may come from anywhere and are checked before they are read."""

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

from assay_engine import files

MOST_CONFIG = 1 << 20
MOST_HEADER = 16 << 20
MOST_TENSORS = 20_000
SIZES = {"F32": 4, "F16": 2, "BF16": 2}
NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


class AdapterError(Exception):
    """A problem with an adapter or model; the text says what is wrong."""


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
    """The header of a safetensors file, each entry checked against the file's size."""
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
    """Write a value as indented JSON."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


@contextlib.contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, which is renamed to `out` on success and removed otherwise."""
    if out.exists() or out.is_symlink():
        raise AdapterError(f"{out} is there already; remove it, or name another place with --output.")
    out.parent.mkdir(parents=True, exist_ok=True)
    files.sweep(out.parent)
    place = out.with_name(files.temporary_name())
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
