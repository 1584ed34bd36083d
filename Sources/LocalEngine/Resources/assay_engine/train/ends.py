"""Errors as sentences, and requested ends."""

from __future__ import annotations

import contextlib
import errno
import json
import re
import shutil
from pathlib import Path

from assay_engine import model_checks
from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec

EXIT_FAILED = 1
EXIT_CANCELED = 130

OUT_OF_MEMORY = re.compile(
    "out of memory|insufficient memory|(can't|cannot|unable to|failed to) allocate|bad_alloc|malloc", re.IGNORECASE
)
"""Error messages of PyTorch, CUDA, Metal and mlx when memory runs out."""

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
"""Names of the errors that the Hugging Face libraries raise when a model can't be fetched."""


def causes(error: BaseException) -> list[BaseException]:
    """An error, its cause, the cause of that, and so on."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return chain


def sentence(error: BaseException, folder: Path, spec: Spec | None) -> str:
    """An error in plain words, with what to change."""
    if isinstance(error, TrainingError | model_checks.ModelError):
        return str(error)
    if spec is not None and model_checks.CODE.search(str(error)):
        return model_checks.sentence(error, spec.model, None)
    text = " ".join(str(error).split())[:600] or type(error).__name__
    return (
        files_sentence(error, text, folder)
        or memory_sentence(error, text, spec)
        or libraries_sentence(error, text)
        or model_sentence(error, text, spec)
        or f"Training stopped with {type(error).__name__}: {text}"
    )


def files_sentence(error: BaseException, text: str, folder: Path) -> str | None:
    """What to do about a file that could not be read or written; None for other errors."""
    codes = {one.errno for one in causes(error) if isinstance(one, OSError)}
    if shutil.disk_usage(folder).free < 8 << 20 or errno.ENOSPC in codes or "No space left on device" in text:
        return "The disk is full, so the checkpoint could not be written; free some space and start the job again."
    if errno.EDQUOT in codes or "quota exceeded" in text.lower():
        return "Your quota of the disk is used up, so the checkpoint could not be written; free space and start again."
    if codes & {errno.EROFS, errno.EACCES, errno.EPERM}:
        return f"A file could not be opened or written ({text}). Change its permissions and start the job again."
    return None


def memory_sentence(error: BaseException, text: str, spec: Spec | None) -> str | None:
    """What to lower where memory ran out; None for other errors."""
    if not (isinstance(error, MemoryError) or OUT_OF_MEMORY.search(text)):
        return None
    change = "Lower `batch_size` (and raise `gradient_accumulation`) or `max_tokens`"
    if spec is None or not spec.gradient_checkpointing:
        change += ", or turn on `gradient_checkpointing`"
    if spec is not None and spec.method == "full":
        change += ", or choose `method` lora"
    return f"Memory ran out ({text}). {change}."


def libraries_sentence(error: BaseException, text: str) -> str | None:
    """What to do about an error of the GPU's libraries or a missing package; None for other errors."""
    if "CUDA error" in text or "cuDNN error" in text or "NCCL error" in text:
        return f"The GPU reported an error ({text}). Resume the job; if it comes again, look at nvidia-smi."
    if isinstance(error, ImportError):
        return f"A package is missing ({text}). Install the back end again with `assay engine install`."
    return None


def model_sentence(error: BaseException, text: str, spec: Spec | None) -> str | None:
    """What to do about a model that could not be found or isn't supported; None for other errors."""
    if spec is not None and not Path(spec.model).exists() and is_missing(error):
        if spec.allow_download:
            change = "could not be fetched. Check its name, your access and the network"
        else:
            change = "is not on this machine, and it may not be downloaded. Name a folder"
        return f"The model {spec.model} {change} ({text})."
    if ("not supported" in text and "odel type" in text) or "does not recognize this architecture" in text:
        return f"This back end does not know models of this kind ({text}). Name another base, or another back end."
    return None


def is_missing(error: BaseException) -> bool:
    """Whether an error is one that libraries raise for a model that they don't find."""
    if isinstance(error, OSError):
        return True
    return isinstance(error, ValueError) and bool(NOT_FETCHED & {type(one).__name__ for one in causes(error)})


def clear_unfinished(folder: Path, reserve: Path) -> None:
    """Remove the rest of a checkpoint that could not be written, so that the end can be written to a full disk."""
    with contextlib.suppress(OSError):
        reserve.unlink(missing_ok=True)
        for path in (folder / "checkpoints").glob(".*"):
            shutil.rmtree(path, ignore_errors=True)


STOPS = {"canceled": EXIT_CANCELED, "finished": 0, "paused": EXIT_CANCELED}
"""Exit statuses by the state that a requested end may have."""


def asked_end(folder: Path) -> tuple[str, str]:
    """The state and message of a requested end, from `stop.json` where that exists."""
    try:
        value = json.loads((folder / "stop.json").read_text(encoding="utf-8"))
        status, message = value["state"], value.get("message")
        if status in STOPS:
            return status, str(message)[:1000] if message else "Stopped as asked."
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return "canceled", "Stopped as asked."
