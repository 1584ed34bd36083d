"""What the training programs have in common: what a job is told, what it tells, and how it ends.

A program is called with a job's folder. It reads `spec.json` (see `Spec`) and the rows it names, and writes
`checkpoints/0000100/` and so on; `best` and `last`, links to two of them; and into `events.jsonl`, one JSON object
per line, the events preflight, start, train, validation, checkpoint, sample, answers, system, warning and end.
SIGTERM and SIGINT save `last` before the end; `stop.json` may say what this end means: `state`, which is canceled,
finished or paused, and `message`. Where the program is started again by itself it is a pause (see
training_events.py).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Self

import assay_engine
import assay_start
import model_checks
import system_watch
import template_limits
from training_ends import EXIT_FAILED, STOPS, asked_end, clear_unfinished, sentence
from training_checks import Encoder, Limits, Preflight, RowsFile, check_accept, unknown_members
from training_events import Events
from training_rows import Example, TrainingError, read_rows
from training_samples import Samples


class Canceled(Exception):
    """Somebody asked for the end."""


class Finished(Exception):
    """The last step is done, or more steps would not help; its text says which."""


@dataclasses.dataclass
class Spec:
    """What to do. A step is one update of the weights, from `gradient_accumulation` batches."""

    model: str
    train: str = "train.jsonl"
    valid: str = "valid.jsonl"
    revision: str | None = None
    """Of a model on the hub: a branch, a tag or a commit."""
    allow_download: bool = False
    method: str = "lora"
    rank: int = 8
    scale: float = 2.0
    dropout: float = 0.0
    layers: int = -1
    optimizer: str = "adam"
    learning_rate: float = 1e-4
    final_learning_rate: float = 0.0
    schedule: str = "cosine"
    warmup_steps: int = 0
    steps: int | None = None
    epochs: float | None = None
    batch_size: int = 8
    gradient_accumulation: int = 1
    gradient_checkpointing: bool = False
    max_tokens: int = 2048
    mask_prompt: bool = True
    seed: int = 0
    report_every: int = 10
    evaluate_every: int = 50
    save_every: int = 100
    patience: int = 0
    start_from: str | None = None
    resume: bool = False
    objective: str = "sft"
    beta: float = 0.1
    system_period: float = system_watch.PERIOD
    accept: dict[str, str] = dataclasses.field(default_factory=dict)
    """Pre-flight checks that may fail, each with the reason."""

    @classmethod
    def read(cls, path: Path) -> tuple[Self, list[str]]:
        """The spec in a file, and the names in it that mean nothing here."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise TrainingError(f"{path} can't be read: {error}") from error
        known = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict) or "model" not in values:
            raise TrainingError(f"{path} must be an object with at least a `model`.")
        spec = cls(**{name: value for name, value in values.items() if name in known and value is not None})
        spec.check()
        return spec, sorted(values.keys() - known)

    def choices(self) -> dict[str, tuple[Any, ...]]:
        """What the options with a few values may be."""
        return {"method": ("lora", "dora", "full"), "schedule": ("constant", "cosine", "linear")}

    def check(self) -> None:
        """Refuse what can't work, naming the option."""
        for name, choices in self.choices().items():
            if getattr(self, name) not in choices:
                allowed = ", ".join(str(choice) for choice in choices)
                raise TrainingError(f"`{name}` is {getattr(self, name)!r}; choose {allowed}.")
        positive = ("rank", "batch_size", "gradient_accumulation", "report_every", "evaluate_every", "save_every")
        for name in positive + ("max_tokens", "learning_rate"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"`{name}` must be above zero.")
        if not 0 <= self.dropout < 1:
            raise TrainingError("`dropout` must be at least 0 and below 1.")
        check_accept(self.accept)
        if (self.steps or 0) <= 0 and (self.epochs or 0) <= 0:
            raise TrainingError("Give `steps` or `epochs`, above zero.")


class Job:
    """One tuning job: its folder, and where it stands."""

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
        """Everything from loading to the last checkpoint; ends with `Finished`, `Canceled` or an error."""
        raise NotImplementedError

    def save_on_the_way_out(self) -> None:
        """Keep what has been learnt since the last checkpoint."""
        raise NotImplementedError

    def warn(self, message: str) -> None:
        self.events.write("warning", message=message)

    def check_canceled(self) -> None:
        if self.cancel_signal:
            raise Canceled

    def check_loss(self, loss: float, step: int, is_told: bool = False) -> None:
        """Tell a loss that is no number any more, and refuse to go on with such weights."""
        if not math.isfinite(loss):
            if not is_told:
                self.events.write("train", step=step, loss=loss)
            raise TrainingError(
                f"The loss stopped being a number at step {step}. Lower the learning rate "
                f"(it is {self.spec.learning_rate:.2g} at most), for example to a tenth, or add warm-up steps."
            )

    def check_model(self) -> None:
        """Find the model's folder, and refuse one that isn't there, lacks a part, or would run code of its own."""
        try:
            folder = model_checks.resolve(
                self.spec.model,
                self.spec.allow_download,
                self.spec.revision,
                lambda sentence: self.events.write("note", message=sentence),
            )
            assay_engine.stay_offline()
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
        template_limits.install()

    # Rows

    def prepare_rows(self, name: str, allowed: tuple[str, ...], encoder: Encoder, limits: Limits) -> list[Example]:
        """A file's rows as tokens, looked at by the pre-flight, without rows of which nothing would be learnt."""
        rows, form = read_rows(self.folder / name, allowed)
        for member, numbers in unknown_members(rows).items():
            file = RowsFile(name, len(rows), self.places(name))
            self.warn(f"`{member}` in {len(numbers)} rows ({file.named(numbers)}) is not used in training.")
        made = self.preflight.check(rows, form, name, encoder, limits, self.places(name))
        return self.with_answers([tuple((one.tokens, one.learnt) for one in row) for row in made], name)

    def places(self, name: str) -> list[str | None] | None:
        """Where a file's rows stand in the person's own files; nothing where that wasn't noted."""
        try:
            found = json.loads((self.folder / "places.json").read_text(encoding="utf-8"))[name]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return [place if isinstance(place, str) else None for place in found] if isinstance(found, list) else None

    def settle_preflight(self) -> None:
        """Tell what the pre-flight has found, and end the job where that isn't accepted."""
        self.preflight.settle(self.events.write)

    def check_rows(self, train: list[Any], valid: list[Any]) -> None:
        """Refuse to learn from nothing, and settle how many steps there are."""
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
        """The examples of a file of which some token of each answer is within the longest length.

        The others, where the pre-flight's `learnt_tokens` is accepted, are left out.
        """
        longest = self.spec.max_tokens
        kept = [rows for rows in examples if all(start < min(len(tokens), longest) for tokens, start in rows)]
        if len(kept) < len(examples) and self.preflight.reason("learnt_tokens"):
            left_out = len(examples) - len(kept)
            self.warn(f"{left_out} rows of {name} are left out: within {longest} tokens no answer is left.")
        return kept

    def take_validation(self, loss: float, seconds: float) -> bool:
        """Tell a validation loss, and whether it is the lowest so far."""
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
        """Whether the rows of validation are to be looked at with the weights of this step, once."""
        due = self.step == 0 or self.step >= self.steps or self.step % self.spec.evaluate_every == 0
        return due and self.validated_step != self.step

    def is_out_of_patience(self) -> bool:
        return 0 < self.spec.patience <= self.without_improvement

    def ending(self) -> Finished:
        """The good end that the job has come to."""
        if self.step < self.steps and self.is_out_of_patience():
            return Finished(f"Stopped early: no lower validation loss in {self.spec.patience} evaluations.")
        return Finished(f"{self.step} steps are done.")

    # Checkpoints

    def lora_parameters(self) -> dict[str, Any]:
        return {"rank": self.spec.rank, "scale": self.spec.scale, "dropout": self.spec.dropout}

    def adapter_config(self) -> dict[str, Any]:
        """What mlx-lm needs to load the adapter, and what a reader may want to know about it."""
        return {
            "fine_tune_type": self.spec.method,
            "num_layers": self.spec.layers,
            "lora_parameters": None if self.spec.method == "full" else self.lora_parameters(),
            "model": self.spec.model,
            "assay": self.told_spec() | {"step": self.step, "steps": self.steps},
        }

    def told_spec(self) -> dict[str, Any]:
        """The spec, without what isn't set."""
        values = dataclasses.asdict(self.spec)
        return {name: value for name, value in values.items() if name not in ("accept", "revision") or value}

    def is_best_saved(self) -> bool:
        """Whether this step's checkpoint is the best that was saved, which is noted; without validation the newest is."""
        if not self.valid_rows:
            return True
        step, loss = self.last_validation or (-1, math.nan)
        if step != self.step or not loss < self.best_saved:
            return False
        self.best_saved = loss
        return True

    def keep_checkpoint(self, temporary: Path, resume_files: tuple[str, ...]) -> None:
        """Give a folder that is complete its name, then point `last`, and perhaps `best`, at it.

        Only the newest checkpoint can be resumed exactly: the files that it takes, named by patterns, are twice an
        adapter's size.
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
        assay_engine.write_atomically(self.folder / name / "progress.json", text)
        self.link("best", name)
        self.events.write("checkpoint", step=self.step, path=name, validation_loss=self.best_saved, best=True)

    def progress(self) -> dict[str, Any]:
        """Where the job stands, beside weights and optimizer."""
        return {
            "step": self.step,
            "best": None if math.isinf(self.best) else self.best,
            "best_saved": None if math.isinf(self.best_saved) else self.best_saved,
            "without_improvement": self.without_improvement,
            "trained_tokens": self.trained_tokens,
            "validated_step": self.validated_step,
        }

    def read_progress(self) -> None:
        """Stand where `last` was saved."""
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
        """Make a link point elsewhere, without a moment in which it is missing."""
        temporary = self.folder / f".{name}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        os.replace(temporary, self.folder / name)


def main(spec_type: type[Spec], make_job: Callable[[Path, Any, Events], Job], events_type: type[Events]) -> NoReturn:
    """Work on the job that the command line names."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).name} JOB_FOLDER")
    folder = Path(sys.argv[1]).absolute()
    assay_start.isolate()
    # A job's folder is its user's alone.
    os.umask(0o077)
    events = events_type(folder / "events.jsonl")
    job: Job | None = None
    spec: Spec | None = None
    watch: system_watch.Watch | None = None
    status, message, code = "failed", "", EXIT_FAILED
    received: list[str] = []
    # Room for the last words when the disk is full.
    reserve = folder / ".reserve"
    with contextlib.suppress(OSError):
        reserve.write_bytes(os.urandom(16 << 10))

    def on_signal(number: int, _: Any) -> None:
        received.append(signal.Signals(number).name)
        if job is not None:
            job.cancel_signal = received[-1]

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    try:
        spec, unknown = spec_type.read(folder / "spec.json")
        if unknown:
            events.write("warning", message=f"spec.json has names that mean nothing here: {', '.join(unknown)}.")
        watched = events.watched_process()
        if watched is not None and spec.system_period > 0:
            watch = system_watch.Watch(watched, max(0.2, spec.system_period), events.write)
        job = make_job(folder, spec, events)
        job.cancel_signal = received[-1] if received else ""
        job.run()
    except Finished as end:
        status, message, code = "finished", str(end), 0
    except Canceled:
        status, message = asked_end(folder)
        code = STOPS[status]
        try:
            if job is not None:
                job.save_on_the_way_out()
        except Exception as error:
            message = f"{message} But the last weights could not be saved. {sentence(error, folder, spec)}"
            clear_unfinished(folder, reserve)
        if status == "finished" and not (folder / "last").exists():
            # Nothing came of it.
            status, code = "canceled", STOPS["canceled"]
    except Exception as error:
        import traceback

        message = sentence(error, folder, spec)
        clear_unfinished(folder, reserve)
        with contextlib.suppress(OSError):
            if isinstance(error, TrainingError):
                print(message, file=sys.stderr)
            else:
                traceback.print_exc()
    if watch is not None:
        watch.stop()
    events.write("end", status=status, message=message, step=job.step if job is not None else 0)
    reserve.unlink(missing_ok=True)
    # The interpreter's own way out takes a second, and there is nothing left to do.
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
