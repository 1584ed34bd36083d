"""Finds out the layout of an adapter's folder, and reads it."""

from __future__ import annotations

from pathlib import Path

from assay_engine.adapters.mlx_layout import read_mlx
from assay_engine.adapters.pairs import GGUF, LAYOUTS, MLX, PEFT, WEIGHTS, Adapter
from assay_engine.adapters.peft_layout import read_peft
from assay_engine.adapters.tensor_files import AdapterError


def layouts(folder: Path) -> list[str]:
    """The layouts in which a folder holds an adapter."""
    return [layout for layout in LAYOUTS if (folder / WEIGHTS[layout]).is_file()]


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
