"""How a job ends: what is said to a person, and what an end that was asked for means."""

from __future__ import annotations

import contextlib
import errno
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import model_checks
from training_rows import TrainingError

if TYPE_CHECKING:
    from training_job import Spec

EXIT_FAILED = 1
EXIT_CANCELED = 130

OUT_OF_MEMORY = re.compile(
    "out of memory|insufficient memory|(can't|cannot|unable to|failed to) allocate|bad_alloc|malloc", re.IGNORECASE
)
"""What PyTorch, CUDA, Metal and mlx say when memory runs out."""

NOT_FETCHED = {
    "LocalEntryNotFoundError",
    "OfflineModeIsEnabled",
    "RepositoryNotFoundError",
    "RevisionNotFoundError",
    "GatedRepoError",
    "HFValidationError",
    "ConnectError",
    "ConnectionError",
}
"""Names of the errors that stand at the end of a vain try to fetch a model."""


def causes(error: BaseException) -> list[BaseException]:
    """An error, what it came from, and so on."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return chain


def sentence(error: BaseException, folder: Path, spec: Spec | None) -> str:
    """What happened and what to change, for a person, from an error that may not have been meant for one."""
    if isinstance(error, TrainingError | model_checks.ModelError):
        return str(error)
    if spec is not None and model_checks.CODE.search(str(error)):
        return model_checks.sentence(error, spec.model, None)
    text = " ".join(str(error).split())[:600] or type(error).__name__
    codes = {one.errno for one in causes(error) if isinstance(one, OSError)}
    if shutil.disk_usage(folder).free < 8 << 20 or errno.ENOSPC in codes or "No space left on device" in text:
        return "The disk is full, so the checkpoint could not be written; free some space and start the job again."
    if errno.EDQUOT in codes or "quota exceeded" in text.lower():
        return "Your quota of the disk is used up, so the checkpoint could not be written; free space and start again."
    if codes & {errno.EROFS, errno.EACCES, errno.EPERM}:
        return f"A file could not be opened or written ({text}). Change its permissions and start the job again."
    if isinstance(error, MemoryError) or OUT_OF_MEMORY.search(text):
        change = "Lower `batch_size` (and raise `gradient_accumulation`) or `max_tokens`"
        if spec is None or not spec.gradient_checkpointing:
            change += ", or turn on `gradient_checkpointing`"
        if spec is not None and spec.method == "full":
            change += ", or choose `method` lora"
        return f"Memory ran out ({text}). {change}."
    if "CUDA error" in text or "cuDNN error" in text or "NCCL error" in text:
        return f"The GPU reported an error ({text}). Resume the job; if it comes again, look at nvidia-smi."
    if isinstance(error, ImportError):
        return f"A package is missing ({text}). Install the back end again with `assay engine install`."
    if spec is not None and not Path(spec.model).exists() and isinstance(error, (OSError, ValueError)):
        if NOT_FETCHED & {type(one).__name__ for one in causes(error)} or isinstance(error, OSError):
            if spec.allow_download:
                change = "could not be fetched. Check its name, your access and the network"
            else:
                change = "is not on this machine, and it may not be downloaded. Name a folder"
            return f"The model {spec.model} {change} ({text})."
    if "not supported" in text and "odel type" in text or "does not recognize this architecture" in text:
        return f"This back end does not know models of this kind ({text}). Name another base, or another back end."
    return f"Training stopped with {type(error).__name__}: {text}"


def clear_unfinished(folder: Path, reserve: Path) -> None:
    """Remove what is left of a checkpoint that could not be written, so that the end can be told on a full disk."""
    with contextlib.suppress(OSError):
        reserve.unlink(missing_ok=True)
        for path in (folder / "checkpoints").glob(".*"):
            shutil.rmtree(path, ignore_errors=True)


STOPS = {"canceled": EXIT_CANCELED, "finished": 0, "paused": EXIT_CANCELED}
"""What the end of a job that was asked to end may be, and the exit status that goes with it."""


def asked_end(folder: Path) -> tuple[str, str]:
    """What an end that was asked for means, from `stop.json` when that is there."""
    try:
        value = json.loads((folder / "stop.json").read_text(encoding="utf-8"))
        status, message = value["state"], value.get("message")
        if status in STOPS:
            return status, str(message)[:1000] if message else "Stopped as asked."
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return "canceled", "Stopped as asked."
