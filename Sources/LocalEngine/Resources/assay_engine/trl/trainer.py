"""TRL's trainers, made to follow a job. Importing this module imports TRL."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import trl
from transformers import TrainerCallback

from assay_engine.train.job import Canceled
from assay_engine.trl.generation import RandomState

if TYPE_CHECKING:
    from assay_engine.trl.trl_job import TRLJob


class Progress(TrainerCallback):
    """Decides when to report, validate, save and stop, and writes the events."""

    def __init__(self, job: TRLJob) -> None:
        self.job = job
        self.begin = 0.0
        self.seconds = 0.0
        self.first_step = 0
        self.worked_tokens = 0
        """Since the last report, with prompts and without padding."""
        self.random_state: RandomState | None = None

    def is_canceled(self) -> bool:
        """Whether any of the processes was asked to end: they all stop at the same step."""
        canceled = bool(self.job.cancel_signal)
        accelerator = self.job.trainer.accelerator
        if accelerator.num_processes > 1:
            flag = torch.tensor(int(canceled), device=accelerator.device)
            canceled = bool(accelerator.reduce(flag, "sum").item())
        if canceled:
            self.job.cancel_signal = self.job.cancel_signal or "SIGTERM"
        return canceled

    def check_canceled(self) -> None:
        """Raise `Canceled` where a process was asked to end."""
        if self.is_canceled():
            raise Canceled

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.first_step = state.global_step
        self.worked_tokens = 0
        if state.global_step == 0:
            self.job.answer_samples()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.begin = time.perf_counter()

    def on_substep_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.is_canceled():
            # An unfinished step is repeated later, with the same random numbers.
            if self.random_state is not None:
                self.random_state.restore()
            raise Canceled

    def on_prediction_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.check_canceled()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        job, spec = self.job, self.job.spec
        self.seconds += time.perf_counter() - self.begin
        job.step = state.global_step
        tokens = torch.tensor(job.trainer.tokens, device=args.device)
        learnt, worked = job.trainer.accelerator.reduce(tokens, "sum").tolist()
        job.trained_tokens += learnt
        self.worked_tokens += worked
        job.trainer.tokens = [0, 0]
        self.random_state = RandomState()
        last, canceled = job.step >= job.steps, self.is_canceled()
        is_due = last or job.step % spec.evaluate_every == 0
        control.should_log = last or canceled or job.step % spec.report_every == 0
        control.should_evaluate = bool(job.valid_rows) and not canceled and is_due
        control.should_save = last or canceled or job.step % spec.save_every == 0
        control.should_training_stop = last or canceled

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" not in logs or self.seconds == 0:
            return
        job = self.job
        norm = float(logs.get("grad_norm", math.nan))
        values = {"grad_norm": norm} if math.isfinite(norm) else {}
        job.events.write(
            "train",
            step=job.step,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            **values,
            tokens_per_second=round(self.worked_tokens / self.seconds, 1),
            steps_per_second=round((job.step - self.first_step) / self.seconds, 3),
            trained_tokens=job.trained_tokens,
            peak_memory_gb=round(peak_memory() / 1e9, 3),
        )
        self.worked_tokens, self.seconds, self.first_step = 0, 0.0, job.step

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        job = self.job
        self.random_state = RandomState()
        improved = job.take_validation(metrics["eval_loss"], metrics["eval_runtime"])
        is_saved = 0 < job.step == job.saved_step
        if is_saved and job.trainer.is_world_process_zero() and job.is_best_saved():
            # Resumed from here, where there had been no time to validate.
            job.mark_best()
        if job.step in (0, job.saved_step):
            return
        control.should_save = control.should_save or improved
        if job.is_out_of_patience():
            control.should_save = control.should_training_stop = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.job.adopt(Path(args.output_dir) / f"checkpoint-{state.global_step}")
        if not self.job.cancel_signal:
            self.job.answer_samples()


class JobTrainer:
    """Counts tokens, checks each loss, and leaves rows and learning rate to the job; mixed into TRL's trainers."""

    model: Any
    args: Any
    state: Any
    control: Any
    optimizer: Any
    lr_scheduler: Any
    callback_handler: Any

    def __init__(self, job: TRLJob, **options: Any) -> None:
        self.job = job
        self.tokens = [0, 0]
        """Tokens of this step that were learnt, and all that were processed."""
        super().__init__(callbacks=[Progress(job)], **options)  # type: ignore[call-arg]

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Write none: a checkpoint is described by its `adapter_config.json`."""

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The schedule that the spec asks for."""
        if self.lr_scheduler is None:
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
                optimizer or self.optimizer, self.job.learning_rate_factor
            )
        return self.lr_scheduler

    def training_step(self, model: Any, inputs: Any, *rest: Any) -> Any:
        """Learn from one batch. Raises a `TrainingError` where its loss is not a finite number."""
        learnt = inputs["labels"] != -100 if "labels" in inputs else inputs["completion_mask"]
        worked = inputs.get("attention_mask", inputs["input_ids"] != -1)
        self.tokens = [self.tokens[0] + int(learnt.sum()), self.tokens[1] + int(worked.sum())]
        loss = super().training_step(model, inputs, *rest)  # type: ignore[misc]
        self.job.check_loss(loss.item(), self.job.step + 1)
        return loss

    def save_now(self) -> None:
        """Save between two steps."""
        self._save_checkpoint(self.model, trial=None)  # type: ignore[attr-defined]
        self.control = self.callback_handler.on_save(self.args, self.state, self.control)


class SFTTrainer(JobTrainer, trl.SFTTrainer):
    """Learns from answers."""


class DPOTrainer(JobTrainer, trl.DPOTrainer):
    """Learns from pairs of answers."""


def peak_memory() -> int:
    """The most bytes in use so far: on the GPU where there is one, otherwise by this process."""
    import resource

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10
