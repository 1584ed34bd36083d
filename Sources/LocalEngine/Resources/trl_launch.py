"""Starts train_trl.py once for each process that works on a job, and tells how they ended."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import assay_start
from training_ends import EXIT_FAILED, STOPS
from training_events import Events

if TYPE_CHECKING:
    from train_trl import TRLSpec

WORKER = "ASSAY_TRL_WORKER"
"""Set, to the launcher's process id, for the processes that a launcher has started."""


def die_with_parent() -> None:
    """On Linux, see to it that this process does not outlive the one that started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def process_count(spec: TRLSpec) -> int:
    """How many processes work on the job: one for each GPU, or as many as the spec says."""
    if spec.processes is not None:
        return spec.processes
    import torch

    return max(1, torch.cuda.device_count())


def launch(folder: Path, spec: TRLSpec, processes: int) -> NoReturn:
    """Start this program once for each process, wait, and tell how it ended."""
    for old in folder.glob(".end-*.json"):
        old.unlink()
    if spec.accelerate_config:
        command = ["accelerate.commands.launch", "--no_python", "--config_file", spec.accelerate_config]
        command += [] if spec.processes is None else ["--num_processes", str(spec.processes)]
    else:
        command = ["torch.distributed.run", "--no-python", "--standalone", "--nproc-per-node", str(processes)]
    # Launchers would start Python without our options: they are given the whole command line instead.
    worker = assay_start.python_command(str(Path(sys.argv[0]).resolve()), str(folder))
    command = [*assay_start.python_command("-m", *command), *worker]
    # In a session of its own, so that a signal to this process group reaches it once: through here.
    launcher = subprocess.Popen(
        command, env=os.environ | {WORKER: str(os.getpid())}, start_new_session=True, preexec_fn=die_with_parent
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: launcher.send_signal(signal.SIGTERM))
    status = launcher.wait()
    ends: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob(".end-*.json")]
    # What failed first has made the others fail.
    ends.sort(key=lambda end: (end["status"] != "failed", end["time"]))
    end: dict[str, Any] = (
        ends[0] if ends else {"status": "failed", "message": f"The launcher ended with status {status}.", "step": 0}
    )
    Events(folder / "events.jsonl").write("end", status=end["status"], message=end["message"], step=end["step"])
    sys.exit(STOPS.get(end["status"], EXIT_FAILED))
