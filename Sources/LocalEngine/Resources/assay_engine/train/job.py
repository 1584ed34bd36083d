"""The parts of a job that the training back ends share: rows, validation and checkpoints.

A training program is called with a job's folder. It reads `spec.json` (see spec.py) and the files of rows that it
names. It writes `checkpoints/0000100/` and so on; `best` and `last`, links to two of them; and `events.jsonl`, one
JSON object a line, with the events preflight, start, train, validation, checkpoint, sample, answers, system, warning,
note, paused and end (Tests/contracts/events.json lists their keys).

SIGTERM and SIGINT save `last` before the program ends; `stop.json` may say what this end means: `state` (canceled,
finished or paused) and `message`. A program that is going to be started again by itself writes a pause (see events.py).
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

from assay_engine import device, files, model_checks
from assay_engine.templates import renderer
from assay_engine.train.encoder import Encoder
from assay_engine.train.events import Events
from assay_engine.train.findings import RowsFile
from assay_engine.train.members import unknown_members
from assay_engine.train.preflight import Preflight
from assay_engine.train.rows import Example, TrainingError, read_rows
from assay_engine.train.samples import Samples
from assay_engine.train.spec import Spec
from assay_engine.train.token_checks import Limits


class Canceled(Exception):
    """The end of the job was requested."""


class Finished(Exception):
    """The last step is done, or more steps would not help; the text says which."""


class Job:
    """One tuning job: its folder and its progress. A back end adds the model and the steps."""

    def __init__(self, folder: Path, spec: Spec, events: Events) -> None:
        self.folder = folder
        self.spec = spec
        self.events = events
        self.step = 0
        self.steps = 0
        self.best = math.inf
        """The lowest validation loss, that of the untrained model included."""
        self.best_saved = math.inf
        """The lowest validation loss of a checkpoint."""
        self.without_improvement = 0
        self.trained_tokens = 0
        self.last_validation: tuple[int, float] | None = None
        self.saved_step = -1
        self.validated_step = -1
        self.valid_rows: list[Any] = []
        self.cancel_signal = ""
        self.preflight = Preflight(spec.accept)
        self.model_folder = Path()
        self.samples = Samples(folder / "samples.jsonl", events.write, lambda: bool(self.cancel_signal))

    def run(self) -> None:
        """Do everything from loading to the last checkpoint. Ends by raising `Finished`, `Canceled` or an error."""
        raise NotImplementedError

    def save_before_exit(self) -> None:
        """Keep what has been learnt since the last checkpoint."""
        raise NotImplementedError

    def warn(self, message: str) -> None:
        """Write a `warning` event."""
        self.events.write("warning", message=message)

    def check_canceled(self) -> None:
        """Raise `Canceled` once the end has been requested."""
        if self.cancel_signal:
            raise Canceled

    def check_loss(self, loss: float, step: int, is_told: bool = False) -> None:
        """Raise a `TrainingError` where a loss is not finite, after writing it as an event unless `is_told`."""
        if not math.isfinite(loss):
            if not is_told:
                self.events.write("train", step=step, loss=loss)
            raise TrainingError(
                f"The loss stopped being a number at step {step}. Lower the learning rate "
                f"(it is {self.spec.learning_rate:.2g} at most), for example to a tenth, or add warm-up steps."
            )

    def check_model(self) -> None:
        """Find the model's folder. Raises a `TrainingError` where it is missing, incomplete, or would run code."""
        try:
            folder = model_checks.resolve(
                self.spec.model,
                self.spec.allow_download,
                self.spec.revision,
                lambda sentence: self.events.write("note", message=sentence),
            )
            device.stay_offline()
            model_checks.check_model(folder)
        except model_checks.ModelError as error:
            raise TrainingError(str(error)) from error
        names = ("tokenizer.json", "tokenizer.model", "vocab.json", "*.tiktoken")
        if not any(any(folder.glob(name)) for name in names):
            raise TrainingError(
                f"The model in {folder} is not complete: it has no tokenizer. Fetch it again, or name "
                "another as the base."
            )
        self.model_folder = folder
        renderer.install()

    # Rows

    def prepare_rows(self, name: str, allowed: tuple[str, ...], encoder: Encoder, limits: Limits) -> list[Example]:
        """A file's rows as tokens, checked by the pre-flight, without the rows of which nothing would be learnt."""
        rows, form = read_rows(self.folder / name, allowed)
        for member, numbers in unknown_members(rows).items():
            file = RowsFile(name, len(rows), self.places(name))
            self.warn(f"`{member}` in {len(numbers)} rows ({file.named(numbers)}) is not used in training.")
        made = self.preflight.check(rows, form, name, encoder, limits, self.places(name))
        return self.with_answers([tuple((one.tokens, one.learnt) for one in row) for row in made], name)

    def places(self, name: str) -> list[str | None] | None:
        """Places of a file's rows in the workspace's files, from `places.json`; None where they are unknown."""
        try:
            found = json.loads((self.folder / "places.json").read_text(encoding="utf-8"))[name]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return [place if isinstance(place, str) else None for place in found] if isinstance(found, list) else None

    def settle_preflight(self) -> None:
        """Write the pre-flight's findings. Raises a `TrainingError` where one isn't accepted."""
        self.preflight.settle(self.events.write)

    def check_rows(self, train: list[Any], valid: list[Any]) -> None:
        """Determine the number of steps. Raises a `TrainingError` where there are no rows."""
        spec = self.spec
        if not train:
            raise TrainingError(f"{spec.train} has no rows to learn from.")
        if not valid:
            self.warn(f"{spec.valid} has no rows, so no validation loss will be shown.")
        if spec.batch_size > len(train):
            self.warn(f"The batch size is lowered from {spec.batch_size} to {len(train)}, the number of rows.")
            spec.batch_size = len(train)
        per_epoch = math.ceil(len(train) / spec.batch_size)
        self.steps = spec.steps or max(1, round((spec.epochs or 0) * per_epoch / spec.gradient_accumulation))

    def with_answers(self, examples: list[Example], name: str) -> list[Example]:
        """The examples of which each answer has a token within `max_tokens`.

        The others lead to a warning, where the pre-flight's check `learnt_tokens` is accepted.
        """
        longest = self.spec.max_tokens
        kept = [rows for rows in examples if all(start < min(len(tokens), longest) for tokens, start in rows)]
        if len(kept) < len(examples) and self.preflight.reason("learnt_tokens"):
            left_out = len(examples) - len(kept)
            self.warn(f"{left_out} rows of {name} are left out: within {longest} tokens no answer is left.")
        return kept

    def take_validation(self, loss: float, seconds: float) -> bool:
        """Write a validation loss as an event, and return whether it is the lowest so far."""
        improved = math.isfinite(loss) and loss < self.best
        if improved:
            self.best = loss
        self.without_improvement = 0 if improved else self.without_improvement + 1
        self.last_validation = (self.step, loss)
        self.validated_step = self.step
        self.events.write("validation", step=self.step, loss=loss, seconds=round(seconds, 3))
        if self.step > 0:
            self.check_loss(loss, self.step, is_told=True)
        return improved

    def is_validation_due(self) -> bool:
        """Whether the validation loss is to be measured at this step, and hasn't been yet."""
        due = self.step == 0 or self.step >= self.steps or self.step % self.spec.evaluate_every == 0
        return due and self.validated_step != self.step

    def is_out_of_patience(self) -> bool:
        return 0 < self.spec.patience <= self.without_improvement

    def ending(self) -> Finished:
        """The end of a job whose steps are done, or which has run out of patience."""
        if self.step < self.steps and self.is_out_of_patience():
            return Finished(f"Stopped early: no lower validation loss in {self.spec.patience} evaluations.")
        return Finished(f"{self.step} steps are done.")

    # Checkpoints

    def lora_parameters(self) -> dict[str, Any]:
        return {"rank": self.spec.rank, "scale": self.spec.scale, "dropout": self.spec.dropout}

    def adapter_config(self) -> dict[str, Any]:
        """`adapter_config.json` as mlx-lm reads it, with the job's settings under `assay`."""
        return {
            "fine_tune_type": self.spec.method,
            "num_layers": self.spec.layers,
            "lora_parameters": None if self.spec.method == "full" else self.lora_parameters(),
            "model": self.spec.model,
            "assay": self.told_spec() | {"step": self.step, "steps": self.steps},
        }

    def told_spec(self) -> dict[str, Any]:
        """The spec as it is stored beside a checkpoint, without empty entries."""
        values = dataclasses.asdict(self.spec)
        return {name: value for name, value in values.items() if name not in ("accept", "revision") or value}

    def is_best_saved(self) -> bool:
        """Remember this step's validation loss if it is the lowest of all checkpoints, and return whether it is.

        Without validation the newest checkpoint is the best.
        """
        if not self.valid_rows:
            return True
        step, loss = self.last_validation or (-1, math.nan)
        if step != self.step or not loss < self.best_saved:
            return False
        self.best_saved = loss
        return True

    def keep_checkpoint(self, temporary: Path, resume_files: tuple[str, ...]) -> None:
        """Rename a complete folder to its final name, then point `last`, and perhaps `best`, at it.

        Only the newest checkpoint can be resumed exactly: the files needed for that, given as patterns, are twice an
        adapter's size and removed from the previous one.
        """
        name = f"checkpoints/{self.step:07d}"
        final = self.folder / name
        best = self.is_best_saved()
        self.write_json(temporary / "progress.json", self.progress())
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)
        last = self.folder / "last"
        previous = last.resolve() if last.exists() else final.resolve()
        self.link("last", name)
        validation = self.last_validation[1] if self.last_validation and self.last_validation[0] == self.step else None
        if best or not (self.folder / "best").exists():
            self.link("best", name)
        if previous != final.resolve():
            for path in [path for pattern in resume_files for path in previous.glob(pattern)]:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        self.saved_step = self.step
        self.events.write("checkpoint", step=self.step, path=name, validation_loss=validation, best=best)

    def mark_best(self) -> None:
        """Point `best` at the checkpoint of this step, which was saved before it could be validated."""
        name = f"checkpoints/{self.step:07d}"
        text = json.dumps(self.progress(), indent=1, sort_keys=True) + "\n"
        files.write_atomically(self.folder / name / "progress.json", text)
        self.link("best", name)
        self.events.write("checkpoint", step=self.step, path=name, validation_loss=self.best_saved, best=True)

    def progress(self) -> dict[str, Any]:
        """The job's progress, as `progress.json` stores it."""
        return {
            "step": self.step,
            "best": None if math.isinf(self.best) else self.best,
            "best_saved": None if math.isinf(self.best_saved) else self.best_saved,
            "without_improvement": self.without_improvement,
            "trained_tokens": self.trained_tokens,
            "validated_step": self.validated_step,
        }

    def read_progress(self) -> None:
        """Restore the progress that was stored with `last`."""
        progress = json.loads((self.folder / "last" / "progress.json").read_text(encoding="utf-8"))
        self.step = self.saved_step = progress["step"]
        self.best = math.inf if progress["best"] is None else progress["best"]
        saved = progress.get("best_saved", progress["best"])
        self.best_saved = math.inf if saved is None else saved
        self.without_improvement = progress["without_improvement"]
        self.trained_tokens = progress["trained_tokens"]
        self.validated_step = progress.get("validated_step", self.step)

    @staticmethod
    def write_json(path: Path, value: Any) -> None:
        path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    def link(self, name: str, target: str) -> None:
        """Replace a symbolic link atomically."""
        temporary = self.folder / f".{name}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        os.replace(temporary, self.folder / name)
