"""What the tests of the engine's Python programs share."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True

SOURCES = ROOT / "Sources/LocalEngine/Resources"
if not SOURCES.is_dir():
    SOURCES = ROOT / "LocalEngine/Resources"

# Programs that are started write bytecode beside themselves, which must not get among the sources.
_place = tempfile.mkdtemp(prefix="assay-engine-")
atexit.register(shutil.rmtree, _place, ignore_errors=True)
RESOURCES = Path(shutil.copytree(SOURCES, Path(_place, "resources"), ignore=shutil.ignore_patterns("__pycache__")))
"""A copy of the files under test, as the engine's folder has them."""

PACKAGE = RESOURCES / "assay_engine"

sys.path.insert(0, str(RESOURCES))

from assay_engine import isolation  # noqa: E402

CONTRACTS = ROOT / "Tests/contracts"


def command(program: str, *arguments: str) -> list[str]:
    """The command line of one of the engine's programs."""
    return isolation.program_command(program, *arguments)


def has(*modules: str) -> bool:
    """Whether this Python has packages."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def lacks(*modules: str) -> str:
    """Why a test is skipped: run it with the engine's Python (`assay engine status` names its folder)."""
    return f"this Python has no {' and no '.join(modules)}"


def model_folder() -> Path | None:
    """A small model: the demo's, or the one that ASSAY_TEST_MODEL names."""
    named = os.environ.get("ASSAY_TEST_MODEL")
    folder = Path(named) if named else ROOT / "workspaces/support-triage/model"
    return folder if (folder / "config.json").is_file() else None


def write_safetensors(path: Path, tensors: dict[str, list[int]]) -> None:
    """Write float32 tensors of zeros, by name and shape."""
    header: dict[str, Any] = {}
    end = 0
    for name, shape in tensors.items():
        size = 4
        for number in shape:
            size *= number
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
