"""Convert, fuse and check adapters, and quantise models: one JSON object on the last line says what came of it.

    adapters.py convert --to peft|mlx|gguf [--base MODEL] FOLDER OUT   an adapter in another engine's layout
    adapters.py fuse [--base MODEL] [--dequantize] FOLDER OUT          the whole model that base and adapter make
    adapters.py quantize [--bits 4] [--group-size N] MODEL OUT         a smaller base, as QLoRA starts from

Nothing is believed to be right because it was written: what stands on the disk is read again and compared, and OUT
appears only when that comes out well. OUT must not exist.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import adapter_layouts as layouts
import adapter_models as models
import assay_engine
import assay_start
from adapter_files import AdapterError, Base, whole_folder
from adapter_layouts import GGUF, MLX, PEFT, Adapter, Heads, Pair
from model_checks import ModelError
from template_limits import TemplateError

MOST_DIFFERENCE = 1e-6
"""How far a converted weight may be from the original."""

VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM's --max-lora-rank may be."""

# Proof


def exact(array: Any) -> Any:
    """An array in numbers that add next to nothing to what is measured."""
    import mlx.core as mx
    import numpy as np

    return np.array(array.astype(mx.float32)).astype(np.float64)


def difference(one: Pair, two: Pair, weight: Any) -> float:
    """The largest difference between what two pairs make of a layer: what they add, or with DoRA its weights."""
    import numpy as np

    outputs = one.b.shape[1]
    rows = max(1, (8 << 20) // one.a.shape[0])
    sides = [(exact(pair.a).T, exact(pair.b).T, pair.factor, pair.magnitude) for pair in (one, two)]
    magnitudes = [None if pair.magnitude is None else exact(pair.magnitude) for pair in (one, two)]
    most = 0.0
    for start in range(0, outputs, rows):
        part = slice(start, start + rows)
        made = []
        for (a, b, factor, _), magnitude in zip(sides, magnitudes, strict=True):
            delta = factor * (b[part] @ a)
            if magnitude is not None and weight is not None:
                whole = exact(weight[part]) + delta
                delta = whole * (magnitude[part] / np.linalg.norm(whole, axis=1))[:, None]
            made.append(delta)
        most = max(most, float(np.abs(made[0] - made[1]).max()))
        if weight is None and magnitudes[0] is not None:
            most = max(most, float(np.abs(magnitudes[0][part] - magnitudes[1][part]).max()))
    return most if most == most else float("inf")


def prove(source: Adapter, result: Adapter, base: Base | None) -> dict[str, Any]:
    """Compare two adapters layer by layer.

    Raises an `AdapterError` where a layer differs by more than it may.
    """
    if source.pairs.keys() != result.pairs.keys() or source.is_dora != result.is_dora:
        raise AdapterError("The layers that were written are not the layers that were read; nothing is kept.")
    worst, most = "", 0.0
    for name, pair in source.pairs.items():
        weight = base.weight(name) if base is not None and pair.magnitude is not None else None
        found = difference(pair, result.pairs[name], weight)
        if found >= most:
            worst, most = name, found
    if not most <= MOST_DIFFERENCE:
        raise AdapterError(
            f"{worst} differs by {most:.3g} from the original, more than {MOST_DIFFERENCE:g}; nothing is kept."
        )
    return {"tensors": len(source.pairs), "max_difference": most, "worst": worst}


# Converting


def convert(folder: Path, out: Path, to: str, base_name: str | None) -> dict[str, Any]:
    """Write the adapter of a folder in another layout, read it back and compare."""
    original, layout = layouts.read(folder)
    named = base_name or original.base
    base = Base.find(named)
    if base_name and base is None:
        raise AdapterError(f"There is no model {base_name} on this machine.")
    if base is not None:
        base.check(original)
    adapter = original.uniform()
    adapter.base = named
    count = base.layer_count if base is not None else None
    with whole_folder(out) as temporary:
        if to == GGUF:
            if base is None:
                raise AdapterError("llama.cpp's layout needs the base model, which isn't found: name it with --base.")
            heads = Heads(base.config)
            layouts.write_gguf(adapter, temporary, heads)
            result = layouts.read_gguf(temporary, heads, list(adapter.pairs))
        elif to == PEFT:
            layouts.write_peft(adapter, temporary, count)
            result = layouts.read_peft(temporary)
        else:
            layouts.write_mlx(adapter, temporary, count)
            result = layouts.read_mlx(temporary)
        report = describe(adapter, named) | {"from": layout, "to": to} | prove(layouts.read(folder)[0], result, base)
        report["compared_with_base"] = base is not None
    report["files"] = sorted(path.name for path in out.iterdir())
    report["notes"] = notes(adapter, to, base)
    return report


def describe(adapter: Adapter, base: str | None) -> dict[str, Any]:
    return {
        "method": "dora" if adapter.is_dora else "lora",
        "rank": adapter.rank,
        "scale": adapter.factor,
        "alpha": layouts.alpha_of(adapter.factor, adapter.rank),
        "layers": len(adapter.layers()),
        "keys": adapter.keys(),
        "base": base,
    }


def notes(adapter: Adapter, to: str, base: Base | None) -> list[str]:
    """What whoever loads the result must know."""
    found: list[str] = []
    if base is not None and base.quantization is not None and to != MLX:
        found.append(
            "The base model is quantised in mlx's format, which only mlx loads: elsewhere the adapter goes on the "
            "model that was quantised, and is off by what quantising took."
        )
    if to == PEFT:
        if adapter.is_dora:
            found.append("vLLM can't load DoRA adapters; fuse it for vLLM.")
        elif adapter.rank > VLLM_RANKS[-1]:
            found.append(f"vLLM loads ranks up to {VLLM_RANKS[-1]}, and this is {adapter.rank}; fuse it for vLLM.")
        else:
            found.append(f"vLLM needs --max-lora-rank {vllm_rank(adapter.rank)} or more (16 when not given).")
    if to == GGUF:
        found.append("llama.cpp needs the base model as GGUF, made by its convert_hf_to_gguf.py from the same folder.")
    return found


def vllm_rank(rank: int) -> int:
    return next(most for most in VLLM_RANKS if most >= rank)


# The program


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Convert, fuse and check adapters; quantise models.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("convert")
    one.add_argument("--to", required=True, choices=layouts.LAYOUTS)
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
    return parser.parse_args()


def perform(options: argparse.Namespace) -> dict[str, Any]:
    match options.command:
        case "convert":
            return convert(options.folder, options.out, options.to, options.base)
        case "fuse":
            return models.fuse(options.folder, options.out, options.base, options.dequantize, options.rows)
        case _:
            return models.quantize(options.model, options.out, options.bits, options.group_size)


def main() -> int:
    options = parse_arguments()
    for name in ("folder", "out", "rows"):
        if isinstance(path := getattr(options, name, None), Path):
            setattr(options, name, path.absolute())
    for name in ("base", "model"):
        if (given := getattr(options, name, None)) and Path(given).is_dir():
            setattr(options, name, str(Path(given).resolve()))
    assay_start.isolate()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            report = perform(options)
    except (AdapterError, ModelError, TemplateError) as error:
        report = {"error": " ".join(str(error).split())}
    except Exception as error:
        import traceback

        traceback.print_exc()
        report = {"error": f"This failed with {type(error).__name__}: {' '.join(str(error).split())[:500]}"}
    print(json.dumps(report))
    return 1 if "error" in report else 0


if __name__ == "__main__":
    assay_engine.use_fast_blas()
    assay_engine.stay_offline()
    sys.exit(main())
