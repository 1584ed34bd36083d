"""The device that mlx computes on, and the linear algebra it uses.

Call `use_fast_blas()` and `stay_offline()` before anything imports mlx or the Hugging Face libraries.
"""

from __future__ import annotations

import ctypes
import glob
import os
import sys
from pathlib import Path
from typing import Any

OPENBLAS_PATTERNS = (
    "/usr/lib/*/openblas-pthread/libopenblas.so.0",
    "/usr/lib/*/openblas-openmp/libopenblas.so.0",
    "/usr/lib/*/libopenblas.so.0",
    "/usr/lib64/libopenblasp.so.0",
    "/usr/lib64/libopenblas.so.0",
    "/usr/lib/libopenblas.so.0",
)
"""Where Linux distributions keep OpenBLAS, the fastest variant first."""

BLAS_LIBRARIES = ("openblas", "mkl_rt", "blis", "Accelerate", "libblas", "cublas")
"""Names that identify a BLAS among the mapped files, the most specific first."""

SMALL_MODEL = 30_000_000
"""Number of weights below which one thread of OpenBLAS is as fast as two."""


def use_fast_blas() -> None:
    """On Linux, run this program again with OpenBLAS preloaded, when it is there.

    mlx's CPU wheel links a reference BLAS, some 40 times slower. The process keeps its id. `ASSAY_BLAS` names another
    library, or is `none` to leave things as they are.
    """
    if sys.platform != "linux" or os.environ.get("ASSAY_BLAS_LOADED"):
        return
    choice = os.environ.get("ASSAY_BLAS", "")
    if choice == "none":
        return
    found = [choice] if choice else [path for pattern in OPENBLAS_PATTERNS for path in sorted(glob.glob(pattern))]
    if not found or not os.path.exists(found[0]):
        return
    preload = " ".join(filter(None, [found[0], os.environ.get("LD_PRELOAD", "")]))
    environment = dict(os.environ, LD_PRELOAD=preload, ASSAY_BLAS_LOADED=found[0])
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def stay_offline() -> None:
    """Keep the Hugging Face libraries off the network from now on."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if (constants := sys.modules.get("huggingface_hub.constants")) is not None:
        # It has read the variables already.
        vars(constants)["HF_HUB_OFFLINE"] = True


def blas_in_use() -> str:
    """The BLAS mapped into this process: a file's path on Linux, a name elsewhere, or `reference`."""
    if sys.platform == "darwin":
        return "Accelerate"
    try:
        lines = Path("/proc/self/maps").read_text(errors="replace").splitlines()
    except OSError:
        return "unknown"
    files = {line.split(None, 5)[5] for line in lines if len(line.split(None, 5)) == 6}
    for name in BLAS_LIBRARIES:
        for path in sorted(files):
            # Python packages bring private copies for their own use, which mlx never calls.
            if name in os.path.basename(path) and ".libs/" not in path:
                return path
    return "reference"


def device_name() -> str:
    """`cpu`, or `gpu` followed by the architecture's name."""
    import mlx.core as mx

    if mx.default_device().type == mx.DeviceType.cpu:
        return "cpu"
    return f"gpu {mx.device_info().get('architecture', '')}".strip()


def settle(model: Any) -> None:
    """Make a loaded model fast where mlx computes on the CPU.

    Products of float16 and bfloat16 are tens of times slower there than of float32. Compilation is turned off: it would
    have g++ compile about a hundred small kernels, which takes half a minute and makes no step faster.
    """
    import mlx.core as mx
    from mlx.utils import tree_flatten

    if device_name() == "cpu":
        mx.disable_compile()
        model.set_dtype(mx.float32)
        mx.eval(model.parameters())
        if sum(array.size for _, array in tree_flatten(model.parameters())) < SMALL_MODEL:
            use_one_blas_thread()


def use_one_blas_thread() -> None:
    """Have OpenBLAS use one thread, since with several those of small products mostly wait for each other."""
    set_threads = getattr(ctypes.CDLL(None), "openblas_set_num_threads", None)
    if set_threads is not None and "OPENBLAS_NUM_THREADS" not in os.environ:
        set_threads(1)
