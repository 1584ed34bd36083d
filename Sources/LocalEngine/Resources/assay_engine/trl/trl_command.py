"""Tunes a model with TRL: `train-trl JOB_FOLDER` (see train/job.py).

On several GPUs this program starts itself once for each of them through torchrun; with an `accelerate_config`, which
may ask for DeepSpeed but not for FSDP, through accelerate.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from assay_engine import isolation
from assay_engine.train.program import job_folder, work
from assay_engine.train.rows import TrainingError
from assay_engine.trl.launch import WORKER, TRLEvents, die_with_parent, launch, process_count
from assay_engine.trl.trl_job import TRLJob
from assay_engine.trl.trl_spec import TRLSpec


def main(arguments: Sequence[str]) -> int:
    """Work on the job in a folder, in one process or in several."""
    folder = job_folder(arguments)
    isolation.isolate()
    if WORKER in os.environ:
        die_with_parent()
    elif "RANK" not in os.environ:
        try:
            spec, _ = TRLSpec.read(folder / "spec.json")
        except TrainingError:
            # Reading it again below writes the error to the events.
            work(folder, TRLSpec, TRLJob, TRLEvents)
        processes = process_count(spec)
        if processes > 1 or spec.accelerate_config:
            launch(folder, spec, processes)
    work(folder, TRLSpec, TRLJob, TRLEvents)
