"""Prints versions, device and measured speed of an environment as one JSON object: `self-test mlx|trl`.

The keys are those of `LocalEngine.Report` on the Swift side.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from assay_engine import device, isolation

SIZE = 1024
"""Rows and columns of the matrices that are multiplied."""


def best_speed(multiply: Callable[[], object], attempts: int = 20, seconds: float = 1.5) -> float:
    """Billions of operations a second of the fastest of several matrix products, within a time limit."""
    best = float("inf")
    deadline = time.perf_counter() + seconds
    for _ in range(attempts):
        begin = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - begin)
        if time.perf_counter() > deadline:
            break
    return round(2 * SIZE**3 / best / 1e9, 1)


def examine_mlx() -> dict[str, Any]:
    """What mlx computes with, and how fast in float32."""
    import mlx.core as mx

    left, right = mx.random.normal((SIZE, SIZE)), mx.random.normal((SIZE, SIZE))
    mx.eval(left @ right)
    return {
        "framework": version("mlx"),
        "library": version("mlx-lm"),
        "device": device.device_name(),
        "gflops": best_speed(lambda: mx.eval(left @ right)),
        "blas": device.blas_in_use(),
    }


def examine_trl() -> dict[str, Any]:
    """What PyTorch computes with, and how fast in float32, once everything that training needs has been imported."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import peft
    import torch
    import trl

    assert peft.LoraConfig and trl.SFTTrainer and trl.DPOTrainer
    on_gpu = torch.cuda.is_available()
    place = "cuda" if on_gpu else "cpu"
    left, right = torch.rand(SIZE, SIZE, device=place), torch.rand(SIZE, SIZE, device=place)
    return {
        "framework": torch.__version__,
        "library": version("trl"),
        "device": f"gpu {torch.cuda.get_device_name()}" if on_gpu else "cpu",
        "gflops": best_speed(lambda: float((left @ right)[0, 0]), attempts=10),
        "blas": "cublas" if on_gpu else "mkl" if torch.backends.mkl.is_available() else "openblas",
    }


EXAMINE = {"mlx": examine_mlx, "trl": examine_trl}


def main(arguments: Sequence[str]) -> int:
    """Examine the environment of a back end."""
    if len(arguments) != 1 or arguments[0] not in EXAMINE:
        print(f"usage: self-test {{{','.join(EXAMINE)}}}", file=sys.stderr)
        return 2
    if arguments[0] == "mlx":
        device.use_fast_blas()
    isolation.isolate()
    report = EXAMINE[arguments[0]]()
    machine = {"python": platform.python_version(), "platform": platform.platform(), "cores": os.cpu_count()}
    print(json.dumps(machine | report))
    return 0
