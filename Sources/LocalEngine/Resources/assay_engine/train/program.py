"""Runs a training program: reads a job's spec, has the work done, and writes how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from assay_engine import isolation
from assay_engine.train import system_watch
from assay_engine.train.ends import EXIT_FAILED, STOPS, asked_end, clear_unfinished, sentence
from assay_engine.train.events import Events
from assay_engine.train.job import Canceled, Finished, Job
from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec


class Outcome(NamedTuple):
    """The end of a job."""

    status: str
    message: str
    code: int
    """Exit status of the program."""


class JobProcess:
    """This process, while it works on one job."""

    def __init__(
        self,
        folder: Path,
        spec_type: type[Spec],
        make_job: Callable[[Path, Any, Events], Job],
        events_type: type[Events],
    ) -> None:
        self.folder = folder
        self.events = events_type(folder / "events.jsonl")
        self._spec_type = spec_type
        self._make_job = make_job
        self._spec: Spec | None = None
        self._job: Job | None = None
        self._watch: system_watch.Watch | None = None
        self._signal = ""
        # Freed when the disk is full, so that the end can still be written.
        self._reserve = folder / ".reserve"

    def run(self) -> NoReturn:
        """Work on the job, write its end, and end the process."""
        with contextlib.suppress(OSError):
            self._reserve.write_bytes(os.urandom(16 << 10))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        outcome = self._outcome()
        if self._watch is not None:
            self._watch.stop()
        step = self._job.step if self._job is not None else 0
        self.events.write("end", status=outcome.status, message=outcome.message, step=step)
        self._reserve.unlink(missing_ok=True)
        # The interpreter's own shutdown takes a second, and there is nothing left to do.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(outcome.code)

    def _on_signal(self, number: int, _: object) -> None:
        self._signal = signal.Signals(number).name
        if self._job is not None:
            self._job.cancel_signal = self._signal

    def _outcome(self) -> Outcome:
        """Do the work, and return how it ended."""
        try:
            self._begin().run()
        except Finished as end:
            return Outcome("finished", str(end), 0)
        except Canceled:
            return self._canceled()
        except Exception as error:
            return self._failed(error)
        return Outcome("failed", "The training program stopped before its last step.", EXIT_FAILED)

    def _begin(self) -> Job:
        """Read the spec, start watching the machine, and make the job."""
        spec, unknown = self._spec_type.read(self.folder / "spec.json")
        self._spec = spec
        if unknown:
            keys = ", ".join(unknown)
            self.events.write("warning", message=f"spec.json has names that mean nothing here: {keys}.")
        watched = self.events.watched_process()
        if watched is not None and spec.system_period > 0:
            self._watch = system_watch.Watch(watched, max(0.2, spec.system_period), self.events.write)
        job = self._job = self._make_job(self.folder, spec, self.events)
        job.cancel_signal = self._signal
        return job

    def _canceled(self) -> Outcome:
        """Save what has been learnt, and return what the requested end means."""
        status, message = asked_end(self.folder)
        try:
            if self._job is not None:
                self._job.save_before_exit()
        except Exception as error:
            reason = sentence(error, self.folder, self._spec)
            message = f"{message} But the last weights could not be saved. {reason}"
            clear_unfinished(self.folder, self._reserve)
        if status == "finished" and not (self.folder / "last").exists():
            # There is no checkpoint that could be used.
            status = "canceled"
        return Outcome(status, message, STOPS[status])

    def _failed(self, error: Exception) -> Outcome:
        """Log an error, and return it as a sentence."""
        message = sentence(error, self.folder, self._spec)
        clear_unfinished(self.folder, self._reserve)
        with contextlib.suppress(OSError):
            if isinstance(error, TrainingError):
                print(message, file=sys.stderr)
            else:
                traceback.print_exception(error)
        return Outcome("failed", message, EXIT_FAILED)


def job_folder(arguments: Sequence[str]) -> Path:
    """The folder that a program's only argument names."""
    if len(arguments) != 1:
        sys.exit("usage: train-mlx|train-trl JOB_FOLDER")
    return Path(arguments[0]).absolute()


def work(
    folder: Path,
    spec_type: type[Spec],
    make_job: Callable[[Path, Any, Events], Job],
    events_type: type[Events] = Events,
) -> NoReturn:
    """Work on the job in a folder to its end, and end the process."""
    isolation.isolate()
    # A job's folder is accessible to its user alone.
    os.umask(0o077)
    JobProcess(folder, spec_type, make_job, events_type).run()
