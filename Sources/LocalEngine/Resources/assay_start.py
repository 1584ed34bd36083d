"""The surroundings that each program of the engine starts in. It needs Python's standard library only.

Programs are run as `python -I -X utf8 -u /path/to/program.py …`. With `-I` Python takes no module from the working
folder, from the user's own packages or from where variables point, and neither from the program's own folder: each
program puts that one first on `sys.path` before it imports anything of ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import stat
import sys
from pathlib import Path

PYTHON = ("-I", "-X", "utf8", "-u")
"""What Python is started with."""

FORBIDDEN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONPLATLIBDIR", "PYTHONUSERBASE")
"""Variables that would have children of ours run other files."""


def isolate() -> None:
    """Keep what this process starts away from foreign Python files, and leave the caller's working folder.

    A child that is Python too gets `PYTHONSAFEPATH`, whatever starts it. The working folder becomes the programs' own
    one, which holds nothing of anybody else. Paths on the command line must be absolute.
    """
    for name in FORBIDDEN:
        os.environ.pop(name, None)
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ["PYTHONNOUSERSITE"] = "1"
    # Whatever a library asks torch to read, pickled values that run code are refused.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)
    # mlx-lm would fetch models through another package, and accelerate would take its settings from elsewhere.
    os.environ.pop("MLXLM_USE_MODELSCOPE", None)
    os.chdir(Path(__file__).resolve().parent)


def python_command(program: str, *arguments: str) -> list[str]:
    """The command line that starts a program of ours in this Python."""
    return [sys.executable, *PYTHON, program, *arguments]


def private_folder(folder: Path) -> None:
    """Make a folder ours alone (0700), creating it where it is missing.

    Raises `PermissionError` where it is a link, no folder, or somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(f"{folder} is not a folder of this user; remove it and start again.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        folder.chmod(0o700)


TEMPORARY = re.compile(r"\.assay-(?P<host>[0-9A-Za-z]+)-(?P<pid>[0-9]+)-[0-9]+\.tmp", re.ASCII)
"""What a file or folder is called while it is being written; Assay's own programs call theirs so, too."""


def host_name() -> str:
    """This machine's name in letters and digits."""
    return re.sub(r"[^0-9A-Za-z]", "", socket.gethostname())[:40] or "host"


def temporary_name() -> str:
    """A name that nothing else has."""
    return f".assay-{host_name()}-{os.getpid()}-{secrets.randbits(32)}.tmp"


def sweep(folder: Path) -> None:
    """Remove from a folder what processes of this machine that are no more left half written."""
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
