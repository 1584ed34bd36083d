"""The surroundings that each program of the engine runs in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PYTHON = ("-I", "-X", "utf8", "-u")
"""The options that Python is started with."""

MAIN = Path(__file__).resolve().with_name("__main__.py")
"""The file that runs the engine's programs."""

FORBIDDEN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONPLATLIBDIR", "PYTHONUSERBASE")
"""Variables that would make child processes run other files."""


def isolate() -> None:
    """Keep what this process starts away from foreign Python files, and leave the caller's working folder.

    A child that is Python too gets `PYTHONSAFEPATH`, whatever starts it. The working folder becomes the one that holds
    this package and the lists of requirements, and nothing of anybody else. Paths on the command line must be absolute.
    """
    for name in FORBIDDEN:
        os.environ.pop(name, None)
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ["PYTHONNOUSERSITE"] = "1"
    # Pickled values that run code are refused, whatever a library asks torch to read.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)
    # mlx-lm would fetch models through another package, and accelerate would take its settings from elsewhere.
    os.environ.pop("MLXLM_USE_MODELSCOPE", None)
    os.chdir(MAIN.parent.parent)


def python_command(*arguments: str) -> list[str]:
    """The command line that starts this Python, isolated, with arguments of its own."""
    return [sys.executable, *PYTHON, *arguments]


def program_command(program: str, *arguments: str) -> list[str]:
    """The command line that runs one of the engine's programs (see `__main__.PROGRAMS`)."""
    return python_command(str(MAIN), program, *arguments)
