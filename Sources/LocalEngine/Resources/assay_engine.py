"""What serve.py and train.py share, and, run as a program, the engine's self-examination as one JSON object.

Call `use_fast_blas()` and `stay_offline()` before anything imports mlx or the Hugging Face libraries.
"""

from __future__ import annotations

import ctypes
import glob
import hashlib
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import assay_start

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
"""Names that identify a BLAS among the mapped files, the most telling first."""

SMALL_MODEL = 30_000_000
"""With fewer weights than this, one thread of OpenBLAS is as quick as two, and leaves the other core alone."""


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
    """Keep the Hugging Face libraries off the network from now on: what may be fetched has been."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if (constants := sys.modules.get("huggingface_hub.constants")) is not None:
        # It has read the variables already.
        vars(constants)["HF_HUB_OFFLINE"] = True


def blas_in_use() -> str:
    """The BLAS mapped into this process: a file's path on Linux, a name elsewhere, or "reference"."""
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


def start_ticks() -> int | None:
    """When this process started, in clock ticks since boot (Linux): with the id it names one process for good."""
    try:
        text = Path("/proc/self/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[19])


def device_name() -> str:
    """The device: "cpu", or "gpu" with the architecture's name."""
    import mlx.core as mx

    if mx.default_device().type == mx.DeviceType.cpu:
        return "cpu"
    return f"gpu {mx.device_info().get('architecture', '')}".strip()


def settle(model: Any) -> None:
    """Make a loaded model fast where the CPU computes.

    Products of float16 and bfloat16 are tens of times slower there than of float32. And mlx would have g++ compile some
    hundred small kernels into a folder under /tmp, which takes half a minute and makes no step faster.
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
    """Keep OpenBLAS from sharing out products so small that its threads mostly wait for each other."""
    set_threads = getattr(ctypes.CDLL(None), "openblas_set_num_threads", None)
    if set_threads is not None and "OPENBLAS_NUM_THREADS" not in os.environ:
        set_threads(1)


def folder_hash(folder: str | None) -> str | None:
    """A name for what a model or adapter folder holds: SHA-256 over names and contents of its files.

    Of a file above 64 MiB only size, head and tail are read, so that a large model does not delay the start.
    """
    if folder is None or not Path(folder).is_dir():
        return None
    whole = 64 << 20
    digest = hashlib.sha256()
    for path in sorted(Path(folder).iterdir()):
        if path.suffix not in (".json", ".safetensors", ".jinja", ".model", ".txt") or not path.is_file():
            continue
        if path.name in ("optimizer.safetensors", "progress.json"):
            continue  # what training needs to go on, which no answer depends on
        size = path.stat().st_size
        digest.update(f"{path.name}\0{size}\0".encode())
        with path.open("rb") as file:
            if size <= whole:
                digest.update(file.read())
            else:
                digest.update(file.read(1 << 20))
                file.seek(-(1 << 20), os.SEEK_END)
                digest.update(file.read())
    return digest.hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Replace a file as a whole, or not at all."""
    temporary = path.with_name(assay_start.temporary_name())
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def multiply_speed(size: int = 1024) -> float:
    """Billions of float32 operations a second in a square matrix product, the best of several tries."""
    import mlx.core as mx

    left = mx.random.normal((size, size))
    right = mx.random.normal((size, size))
    mx.eval(left @ right)
    best = float("inf")
    deadline = time.perf_counter() + 1.5
    for _ in range(20):
        begin = time.perf_counter()
        mx.eval(left @ right)
        best = min(best, time.perf_counter() - begin)
        if time.perf_counter() > deadline:
            break
    return 2 * size**3 / best / 1e9


def doctor() -> dict[str, Any]:
    """Versions, device, the BLAS in use and its measured speed."""
    from importlib.metadata import version

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "framework": version("mlx"),
        "library": version("mlx-lm"),
        "device": device_name(),
        "gflops": round(multiply_speed(), 1),
        "blas": blas_in_use(),
        "cores": os.cpu_count(),
    }


if __name__ == "__main__":
    use_fast_blas()
    assay_start.isolate()
    print(json.dumps(doctor()))
