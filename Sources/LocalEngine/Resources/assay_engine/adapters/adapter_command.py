"""Converts, fuses and checks adapters, and quantises models; prints one JSON object on the last line.

    adapters convert --to peft|mlx|gguf [--base MODEL] FOLDER OUT   an adapter in another engine's layout
    adapters fuse [--base MODEL] [--dequantize] FOLDER OUT          the whole model that base and adapter make
    adapters quantize [--bits 4] [--group-size N] MODEL OUT         a smaller base, which QLoRA starts from

Everything that is written is read back from the disk and compared, and OUT, which must not exist before, appears only
when both agree.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assay_engine import device, isolation
from assay_engine.adapters.convert import convert
from assay_engine.adapters.fuse import fuse
from assay_engine.adapters.pairs import LAYOUTS
from assay_engine.adapters.quantize import quantize
from assay_engine.adapters.tensor_files import AdapterError
from assay_engine.model_checks import ModelError
from assay_engine.templates.renderer import TemplateError


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="adapters", description="Convert, fuse and check adapters; quantise models.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("convert")
    one.add_argument("--to", required=True, choices=LAYOUTS)
    two = commands.add_parser("fuse")
    two.add_argument("--dequantize", action="store_true")
    two.add_argument("--rows", type=Path)
    for command in (one, two):
        command.add_argument("--base")
        command.add_argument("folder", type=Path)
        command.add_argument("out", type=Path)
    three = commands.add_parser("quantize")
    three.add_argument("--bits", type=int, default=4, choices=(2, 3, 4, 5, 6, 8))
    three.add_argument("--group-size", type=int, choices=(32, 64, 128))
    three.add_argument("model")
    three.add_argument("out", type=Path)
    return parser.parse_args(arguments)


def perform(options: argparse.Namespace) -> dict[str, Any]:
    """Carry a command out, and return its report."""
    match options.command:
        case "convert":
            return convert(options.folder, options.out, options.to, options.base)
        case "fuse":
            return fuse(options.folder, options.out, options.base, options.dequantize, options.rows)
        case _:
            return quantize(options.model, options.out, options.bits, options.group_size)


def absolute_paths(options: argparse.Namespace) -> None:
    """Make the paths of a command line independent of the working folder, which is left afterwards."""
    for name in ("folder", "out", "rows"):
        if isinstance(path := getattr(options, name, None), Path):
            setattr(options, name, path.absolute())
    for name in ("base", "model"):
        if (given := getattr(options, name, None)) and Path(given).is_dir():
            setattr(options, name, str(Path(given).resolve()))


def main(arguments: Sequence[str]) -> int:
    """Carry a command out, and print its report, or the reason why there is none, as JSON on the last line."""
    device.use_fast_blas()
    device.stay_offline()
    options = parse_arguments(arguments)
    absolute_paths(options)
    isolation.isolate()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            report = perform(options)
    except (AdapterError, ModelError, TemplateError) as error:
        report = {"error": " ".join(str(error).split())}
    except Exception as error:
        traceback.print_exc()
        report = {"error": f"This failed with {type(error).__name__}: {' '.join(str(error).split())[:500]}"}
    print(json.dumps(report))
    return 1 if "error" in report else 0
