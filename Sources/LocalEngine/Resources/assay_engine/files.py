"""Files and folders that are private, written as a whole, or identified by what they hold."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
import stat
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder accessible to this user alone (0700), and create it where it is missing.

    Raises `PermissionError` where it is a link, not a folder, or another user's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not a folder of this user; remove it and start again.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


TEMPORARY = re.compile(r"\.assay-(?P<host>[0-9A-Za-z]+)-(?P<pid>[0-9]+)-[0-9]+\.tmp", re.ASCII)
"""The name of a file or folder that is being written; Assay's Swift side uses the same names."""


def host_name() -> str:
    """This machine's name in letters and digits."""
    return re.sub(r"[^0-9A-Za-z]", "", socket.gethostname())[:40] or "host"


def temporary_name() -> str:
    """A new name that matches `TEMPORARY`."""
    return f".assay-{host_name()}-{os.getpid()}-{secrets.randbits(32)}.tmp"


def sweep(folder: Path) -> None:
    """Remove unfinished files and folders that processes of this machine left in a folder when they died."""
    for path in folder.glob(".assay-*.tmp"):
        match = TEMPORARY.fullmatch(path.name)
        if match is None or match["host"] != host_name():
            continue
        try:
            os.kill(int(match["pid"]), 0)
        except ProcessLookupError:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()
        except (OSError, OverflowError):
            continue


def private_file(path: Path, text: str) -> None:
    """Write a file that only this user can read (0600), as a whole or not at all."""
    temporary = path.with_name(temporary_name())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, text: str) -> None:
    """Replace a file as a whole, or not at all."""
    temporary = path.with_name(temporary_name())
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def folder_hash(folder: Path) -> str | None:
    """SHA-256 over the names and contents of a model's or adapter's files; None where there is no folder.

    Of a file above 64 MiB only the size, the first and the last MiB are read, so that a large model does not delay the
    start.
    """
    if not folder.is_dir():
        return None
    whole = 64 << 20
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".safetensors", ".jinja", ".model", ".txt") or not path.is_file():
            continue
        if path.name in ("optimizer.safetensors", "progress.json"):
            continue  # needed to resume training; no answer depends on it
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
