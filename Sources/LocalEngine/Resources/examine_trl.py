"""The trl back end's self-examination as one JSON object, in the words of assay_engine.py."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from importlib.metadata import version
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import assay_start


def multiply_speed(device: str, size: int = 1024) -> float:
    """Billions of float32 operations a second in a square matrix product, the best of several tries."""
    import torch

    left, right = torch.rand(size, size, device=device), torch.rand(size, size, device=device)
    best = float("inf")
    for _ in range(10):
        begin = time.perf_counter()
        float((left @ right)[0, 0])
        best = min(best, time.perf_counter() - begin)
    return 2 * size**3 / best / 1e9


def examine() -> dict[str, Any]:
    """Versions, device and measured speed, once all that training needs has been imported."""
    import peft
    import torch
    import trl

    on_gpu = torch.cuda.is_available()
    assert peft.LoraConfig and trl.SFTTrainer and trl.DPOTrainer
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "framework": torch.__version__,
        "library": version("trl"),
        "device": f"gpu {torch.cuda.get_device_name()}" if on_gpu else "cpu",
        "gflops": round(multiply_speed("cuda" if on_gpu else "cpu"), 1),
        "blas": "cublas" if on_gpu else "mkl" if torch.backends.mkl.is_available() else "openblas",
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    assay_start.isolate()
    os.environ["HF_HUB_OFFLINE"] = "1"
    print(json.dumps(examine()))
