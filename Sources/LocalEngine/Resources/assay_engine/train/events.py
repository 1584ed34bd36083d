"""Writes the lines of `events.jsonl`."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from pathlib import Path
from typing import Any

GOES_ON = "ASSAY_GOES_ON"
"""Variable that is set where an interrupted program is started again: the message for such an interruption."""

STATES = ("loss", "validation_loss")
"""Numbers that get an additional key, `…_state`, when they are not finite."""


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON can express them: null for a number that isn't finite, with a word for a loss (`nan`, `inf`)."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            made[name] = None
            if name in STATES:
                made[f"{name}_state"] = "nan" if math.isnan(value) else "inf"
        else:
            made[name] = value
    return made


class Events:
    """Appends lines to `events.jsonl`, each flushed at once; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._stop = path.with_name("stop.json")
        self._lock = threading.Lock()
        self._is_over = False
        self._is_torn = is_torn(path)

    def write(self, event: str, **values: Any) -> None:
        """Append an event. Nothing is written after an `end`."""
        is_end = event == "end"
        if is_end and values["status"] == "canceled" and GOES_ON in os.environ and not self._stop.exists():
            message = values["message"].replace("Stopped as asked.", os.environ[GOES_ON])
            event, values = "paused", {"message": message, "step": values["step"]}
        line = {"event": event, "time": round(time.time(), 3)} | finite(values)
        with self._lock:
            # The thread that watches the machine may be late.
            if self._is_over:
                return
            self._is_over = is_end
            self._file.write("\n" * self._is_torn + json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
            self._is_torn = False

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._is_over = True
            self._file.close()

    def watched_process(self) -> int | None:
        """The process that is watched, with its descendants, for `system` events; None where another one does."""
        return os.getpid()


def is_torn(path: Path) -> bool:
    """Whether a file's last line is incomplete, because its writer was killed."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"
