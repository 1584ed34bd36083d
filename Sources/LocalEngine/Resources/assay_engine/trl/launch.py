"""Starts `train-trl` once for each process that works on a job, and writes how they ended."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from assay_engine import isolation
from assay_engine.train.ends import EXIT_FAILED, STOPS
from assay_engine.train.events import Events
from assay_engine.trl.trl_spec import TRLSpec

WORKER = "ASSAY_TRL_WORKER"
"""Variable with the launcher's process id, in the environment of the processes that it starts."""


def die_with_parent() -> None:
    """On Linux, have this process killed when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def process_count(spec: TRLSpec) -> int:
    """The number of processes that work on the job: as the spec says, or one for each GPU."""
    if spec.processes is not None:
        return spec.processes
    import torch

    return max(1, int(torch.cuda.device_count()))


class TRLEvents(Events):
    """Events of one of several processes: only the first writes them, and the launcher writes the end of all."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rank = int(os.environ.get("RANK", "0"))
        self._end = path.with_name(f".end-{self._rank}.json") if WORKER in os.environ else None

    def write(self, event: str, **values: Any) -> None:
        if event == "end" and self._end is not None:
            self._end.write_text(json.dumps(values | {"time": time.time()}), encoding="utf-8")
        elif self._rank == 0:
            super().write(event, **values)

    def watched_process(self) -> int | None:
        if self._rank != 0:
            return None
        launcher = os.environ.get(WORKER, "")
        return int(launcher) if launcher.isdigit() else os.getpid()


def launch(folder: Path, spec: TRLSpec, processes: int) -> NoReturn:
    """Start this program once for each process, wait, and write how it ended."""
    for old in folder.glob(".end-*.json"):
        old.unlink()
    if spec.accelerate_config:
        command = ["accelerate.commands.launch", "--no_python", "--config_file", spec.accelerate_config]
        command += [] if spec.processes is None else ["--num_processes", str(spec.processes)]
    else:
        command = ["torch.distributed.run", "--no-python", "--standalone", "--nproc-per-node", str(processes)]
    # Launchers would start Python without our options, so they are given the whole command line instead.
    worker = isolation.program_command("train-trl", str(folder))
    command = [*isolation.python_command("-m", *command), *worker]
    # In a session of its own, so that a signal to this process group reaches it once: through here.
    launcher = subprocess.Popen(
        command, env=os.environ | {WORKER: str(os.getpid())}, start_new_session=True, preexec_fn=die_with_parent
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: launcher.send_signal(signal.SIGTERM))
    status = launcher.wait()
    ends: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob(".end-*.json")]
    # The first failure has made the others fail.
    ends.sort(key=lambda end: (end["status"] != "failed", end["time"]))
    end: dict[str, Any] = (
        ends[0] if ends else {"status": "failed", "message": f"The launcher ended with status {status}.", "step": 0}
    )
    Events(folder / "events.jsonl").write("end", status=end["status"], message=end["message"], step=end["step"])
    sys.exit(STOPS.get(end["status"], EXIT_FAILED))
