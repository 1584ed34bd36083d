"""Tune a model for one job, and tell what happens in `events.jsonl`, one JSON object per line.

    train.py JOB_FOLDER

The folder holds `spec.json` (see `Spec`) and the rows it names. Written into it: `checkpoints/0000100/` and so on, each
an adapter folder that serve.py and mlx_lm load; `best` and `last`, links to two of them; and the events start, train,
validation, checkpoint, warning and end. SIGTERM and SIGINT save `last` before the end.
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
import time
from pathlib import Path
from typing import Any, NoReturn

import assay_engine
from training_rows import Batches, Row, TrainingError, read_rows

EXIT_FAILED = 1
EXIT_CANCELED = 130


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

    @classmethod
    def read(cls, path: Path) -> tuple[Spec, list[str]]:
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

    def check(self) -> None:
        """Refuse what can't work, naming the option."""
        for name, choices in (
            ("method", ("lora", "dora", "full")),
            ("schedule", ("constant", "cosine", "linear")),
            ("optimizer", ("adam", "adamw", "sgd", "adafactor", "muon")),
        ):
            if getattr(self, name) not in choices:
                raise TrainingError(f"`{name}` is {getattr(self, name)!r}; choose {', '.join(choices)}.")
        positive = ("rank", "batch_size", "gradient_accumulation", "report_every", "evaluate_every", "save_every")
        for name in positive + ("max_tokens", "learning_rate"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"`{name}` must be above zero.")
        if not 0 <= self.dropout < 1:
            raise TrainingError("`dropout` must be at least 0 and below 1.")
        if (self.steps or 0) <= 0 and (self.epochs or 0) <= 0:
            raise TrainingError("Give `steps` or `epochs`, above zero.")


class Events:
    """Appends to `events.jsonl`; a line is on its way to the disk before the next thing happens."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, event: str, **values: Any) -> None:
        line = {"event": event, "time": round(time.time(), 3)} | values
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


class Job:
    """One tuning job: its folder, its model, and where it stands."""

    def __init__(self, folder: Path, spec: Spec, events: Events) -> None:
        self.folder = folder
        self.spec = spec
        self.events = events
        self.step = 0
        self.batches_done = 0
        self.best = math.inf
        self.without_improvement = 0
        self.last_validation: tuple[int, float] | None = None
        self.saved_step = -1
        self.cancel_signal = ""
        self.pending: list[dict[str, float]] = []
        self.trained_tokens = 0

    # Preparing

    def run(self) -> None:
        """Everything from loading to the last checkpoint; ends with `Finished`, `Canceled` or an error."""
        import mlx.core as mx
        import mlx_lm
        from mlx_lm.tuner import trainer

        spec = self.spec
        mx.random.seed(spec.seed)
        self.model, self.tokenizer = mlx_lm.load(spec.model)
        self.check_canceled()
        assay_engine.settle(self.model)
        train_rows = self.load_rows(spec.train)
        self.valid_rows = self.load_rows(spec.valid)
        if not train_rows:
            raise TrainingError(f"{spec.train} has no rows to learn from.")
        if not self.valid_rows:
            self.events.write("warning", message=f"{spec.valid} has no rows, so no validation loss will be shown.")
        if spec.batch_size > len(train_rows):
            self.warn(f"The batch size is lowered from {spec.batch_size} to {len(train_rows)}, the number of rows.")
            spec.batch_size = len(train_rows)
        per_epoch = math.ceil(len(train_rows) / spec.batch_size)
        self.steps = spec.steps or max(1, round((spec.epochs or 0) * per_epoch / spec.gradient_accumulation))
        self.prepare_weights()
        self.optimizer = self.make_optimizer()
        self.resume()
        self.write_start(train_rows)
        self.batches = Batches(spec.seed, skip=self.step * spec.gradient_accumulation)
        self.trainer = trainer
        self.validate_and_save()
        arguments = trainer.TrainingArgs(
            batch_size=spec.batch_size,
            iters=(self.steps - self.step) * spec.gradient_accumulation,
            steps_per_report=1,
            steps_per_save=self.steps * spec.gradient_accumulation + 1,
            max_seq_length=spec.max_tokens,
            adapter_file=str(self.folder / "unused.safetensors"),
            grad_checkpoint=spec.gradient_checkpointing,
            grad_accumulation_steps=spec.gradient_accumulation,
        )
        if self.step >= self.steps:
            raise Finished("All steps were done before.")
        # mlx-lm draws a table of its progress, which is nobody's to read here.
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            trainer.train(
                model=self.model,
                optimizer=self.optimizer,
                train_dataset=train_rows,
                args=arguments,
                iterate_batches=self.batches,
                training_callback=self,
            )

    def load_rows(self, name: str) -> list[Row]:
        """The tokens of a file's rows, without rows of which no token of the answer would be left."""
        from types import SimpleNamespace

        from mlx_lm.tuner.datasets import create_dataset

        rows, form = read_rows(self.folder / name)
        if not rows:
            return []
        if form != "text" and not self.tokenizer.has_chat_template:
            raise TrainingError(
                f"The model {self.spec.model} has no chat template, so it can only learn from rows with `text`."
            )
        masked = self.spec.mask_prompt and form != "text"
        dataset = create_dataset(rows, self.tokenizer, SimpleNamespace(mask_prompt=masked))
        tokenized: list[Row] = []
        for row in rows:
            tokens, offset = dataset.process(row)
            tokenized.append((tokens, offset))
        longest = self.spec.max_tokens
        kept = [row for row in tokenized if row[1] < min(len(row[0]), longest)]
        cut = sum(len(tokens) > longest for tokens, _ in kept)
        if len(kept) < len(rows):
            left_out = len(rows) - len(kept)
            self.warn(f"{left_out} rows of {name} are left out: within {longest} tokens no answer is left.")
        if cut:
            self.warn(f"{cut} rows of {name} are cut off after {longest} tokens; raise `max_tokens`.")
        return kept

    def prepare_weights(self) -> None:
        """Freeze the model but for what this method trains."""
        from mlx_lm.tuner.utils import linear_to_lora_layers

        spec = self.spec
        count = len(self.model.layers)
        if spec.layers > count:
            self.warn(f"The model has {count} layers, so all of them are tuned rather than {spec.layers}.")
            spec.layers = -1
        self.model.freeze()
        if spec.method == "full":
            for layer in self.model.layers[-max(spec.layers, 0) :]:
                layer.unfreeze()
        else:
            linear_to_lora_layers(self.model, spec.layers, self.lora_parameters(), use_dora=spec.method == "dora")
        if spec.start_from:
            weights = Path(spec.start_from) / "adapters.safetensors"
            if not weights.exists():
                raise TrainingError(f"{weights} is not there; `start_from` must be an adapter folder.")
            self.model.load_weights(str(weights), strict=False)

    def lora_parameters(self) -> dict[str, Any]:
        return {"rank": self.spec.rank, "scale": self.spec.scale, "dropout": self.spec.dropout}

    def make_optimizer(self) -> Any:
        """The optimizer with its schedule."""
        import mlx.optimizers as optimizers
        from mlx_lm.tuner.utils import build_schedule

        spec = self.spec
        warmup = min(spec.warmup_steps, self.steps - 1)
        rest = max(1, self.steps - warmup)
        name, arguments = {
            "cosine": ("cosine_decay", [spec.learning_rate, rest, spec.final_learning_rate]),
            "linear": ("linear_schedule", [spec.learning_rate, spec.final_learning_rate, rest]),
            "constant": ("linear_schedule", [spec.learning_rate, spec.learning_rate, rest]),
        }[spec.schedule]
        rate = build_schedule({"name": name, "arguments": arguments, "warmup": warmup})
        classes = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "adafactor": "Adafactor", "muon": "Muon"}
        return getattr(optimizers, classes[spec.optimizer])(learning_rate=rate)

    def write_start(self, train_rows: list[Row]) -> None:
        from mlx.utils import tree_flatten
        from mlx_lm.utils import get_total_parameters

        trainable = sum(array.size for _, array in tree_flatten(self.model.trainable_parameters()))
        self.events.write(
            "start",
            steps=self.steps,
            first_step=self.step,
            trainable_parameters=trainable,
            total_parameters=get_total_parameters(self.model),
            train_rows=len(train_rows),
            valid_rows=len(self.valid_rows),
            batch_size=self.spec.batch_size,
            device=assay_engine.device_name(),
            blas=assay_engine.blas_in_use(),
        )

    # Training: mlx-lm calls this object after each batch

    def on_val_loss_report(self, info: dict[str, Any]) -> None:
        """Never called: validation is ours, at the steps the spec names."""

    def on_train_loss_report(self, info: dict[str, Any]) -> None:
        """Take in one batch; after a step's last one report, validate, save and stop as the spec says."""
        self.batches_done += 1
        if not math.isfinite(info["train_loss"]):
            raise TrainingError(
                f"The loss stopped being a number at step {self.step + 1}. Lower the learning rate "
                f"(it was {info['learning_rate']:.2g}), for example to a tenth, or add warm-up steps."
            )
        self.pending.append(info)
        if self.batches_done % self.spec.gradient_accumulation:
            self.check_canceled()
            return
        self.step += 1
        last = self.step >= self.steps
        if last or self.step % self.spec.report_every == 0:
            self.report()
        self.check_canceled()
        if last or self.step % self.spec.evaluate_every == 0 or self.step % self.spec.save_every == 0:
            self.validate_and_save()
        if last:
            raise Finished(f"{self.step} steps are done.")
        if self.spec.patience and self.without_improvement >= self.spec.patience:
            self.save_on_the_way_out()
            raise Finished(f"Stopped early: no lower validation loss in {self.spec.patience} evaluations.")

    def report(self) -> None:
        """One event for the steps since the last one."""
        if not self.pending:
            return
        seconds = sum(1 / info["iterations_per_second"] for info in self.pending)
        tokens = sum(info["tokens_per_second"] / info["iterations_per_second"] for info in self.pending)
        self.trained_tokens += round(tokens)
        self.events.write(
            "train",
            step=self.step,
            loss=sum(info["train_loss"] for info in self.pending) / len(self.pending),
            learning_rate=self.pending[-1]["learning_rate"],
            tokens_per_second=round(tokens / seconds, 1),
            steps_per_second=round(len(self.pending) / self.spec.gradient_accumulation / seconds, 3),
            trained_tokens=self.trained_tokens,
            peak_memory_gb=round(self.pending[-1]["peak_memory"], 3),
        )
        self.pending.clear()

    def validate_and_save(self) -> None:
        """Measure the validation loss where it is due, and keep the weights where they are worth it."""
        first, last = self.step == 0, self.step >= self.steps
        improved = False
        if self.valid_rows and (first or last or self.step % self.spec.evaluate_every == 0):
            loss = self.validate()
            improved = loss < self.best
            if improved:
                self.best = loss
            self.without_improvement = 0 if improved else self.without_improvement + 1
        if not first and (improved or last or self.step % self.spec.save_every == 0):
            self.save(improved)

    def validate(self) -> float:
        """The loss over all validation rows, without a change to the weights."""
        begin = time.perf_counter()
        loss = self.trainer.evaluate(
            model=self.model,
            dataset=self.valid_rows,
            batch_size=min(self.spec.batch_size, len(self.valid_rows)),
            num_batches=-1,
            max_seq_length=self.spec.max_tokens,
            iterate_batches=self.batches,
            progress_callback=self.check_canceled,
        )
        self.model.train()
        self.last_validation = (self.step, loss)
        seconds = round(time.perf_counter() - begin, 3)
        self.events.write("validation", step=self.step, loss=loss if math.isfinite(loss) else None, seconds=seconds)
        return loss

    def check_canceled(self) -> None:
        if self.cancel_signal:
            raise Canceled

    # Saving

    def save(self, best: bool) -> None:
        """Write a checkpoint as a whole, then point `last`, and perhaps `best`, at it."""
        import mlx.core as mx
        from mlx.utils import tree_flatten

        name = f"checkpoints/{self.step:07d}"
        final = self.folder / name
        temporary = self.folder / "checkpoints" / f".{self.step:07d}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        mx.save_safetensors(
            str(temporary / "adapters.safetensors"), dict(tree_flatten(self.model.trainable_parameters()))
        )
        mx.save_safetensors(str(temporary / "optimizer.safetensors"), self.optimizer_state())
        self.write_json(temporary / "adapter_config.json", self.adapter_config())
        validation = self.last_validation[1] if self.last_validation and self.last_validation[0] == self.step else None
        is_best = best or not self.valid_rows
        progress = {"step": self.step, "best": None if math.isinf(self.best) else self.best}
        progress |= {"without_improvement": self.without_improvement, "trained_tokens": self.trained_tokens}
        self.write_json(temporary / "progress.json", progress)
        shutil.rmtree(final, ignore_errors=True)
        temporary.rename(final)
        previous = (self.folder / "last").resolve()
        self.link("last", name)
        if is_best or not (self.folder / "best").exists():
            self.link("best", name)
        # Only the newest checkpoint can be resumed exactly; the optimizer's memory is twice an adapter's size.
        if previous != final.resolve():
            (previous / "optimizer.safetensors").unlink(missing_ok=True)
        self.saved_step = self.step
        self.events.write("checkpoint", step=self.step, path=name, validation_loss=validation, best=is_best)

    def optimizer_state(self) -> dict[str, Any]:
        from mlx.utils import tree_flatten

        return {name: array for name, array in tree_flatten(self.optimizer.state) if hasattr(array, "dtype")}

    def adapter_config(self) -> dict[str, Any]:
        """What mlx-lm needs to load the adapter, and what a reader may want to know about it."""
        return {
            "fine_tune_type": self.spec.method,
            "num_layers": self.spec.layers,
            "lora_parameters": None if self.spec.method == "full" else self.lora_parameters(),
            "model": self.spec.model,
            "assay": dataclasses.asdict(self.spec) | {"step": self.step, "steps": self.steps},
        }

    @staticmethod
    def write_json(path: Path, value: Any) -> None:
        path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    def link(self, name: str, target: str) -> None:
        """Make a link point elsewhere, without a moment in which it is missing."""
        temporary = self.folder / f".{name}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        os.replace(temporary, self.folder / name)

    def resume(self) -> None:
        """Go on from `last` with weights, optimizer and place in the data, when the spec asks for it."""
        import mlx.core as mx
        from mlx.utils import tree_unflatten

        last = self.folder / "last"
        if not self.spec.resume or not (last / "optimizer.safetensors").exists():
            return
        self.model.load_weights(str(last / "adapters.safetensors"), strict=False)
        self.optimizer.init(self.model.trainable_parameters())
        self.optimizer.state = tree_unflatten(list(mx.load(str(last / "optimizer.safetensors")).items()))
        progress = json.loads((last / "progress.json").read_text(encoding="utf-8"))
        self.step = self.saved_step = progress["step"]
        self.best = math.inf if progress["best"] is None else progress["best"]
        self.without_improvement = progress["without_improvement"]
        self.trained_tokens = progress["trained_tokens"]

    def save_on_the_way_out(self) -> None:
        """Keep what has been learnt since the last checkpoint."""
        self.report()
        if self.step > 0 and self.step != self.saved_step:
            self.save(best=False)

    def warn(self, message: str) -> None:
        self.events.write("warning", message=message)


def sentence(error: BaseException, folder: Path, spec: Spec | None) -> str:
    """One sentence for a person, from an error that may not have been meant for one."""
    if isinstance(error, TrainingError):
        return str(error)
    text = " ".join(str(error).split()) or type(error).__name__
    if shutil.disk_usage(folder).free < 8 << 20:
        return "The disk is full, so the checkpoint could not be written; free some space and start the job again."
    if isinstance(error, MemoryError) or "memory" in text.lower() or "malloc" in text.lower():
        return f"Memory ran out ({text}). Lower `batch_size` or `max_tokens`, or turn on `gradient_checkpointing`."
    if spec is not None and isinstance(error, FileNotFoundError) and not Path(spec.model).exists():
        return f"The model {spec.model} is not on this machine ({text})."
    return f"Training stopped with {type(error).__name__}: {text}"


def main() -> NoReturn:
    if len(sys.argv) != 2:
        sys.exit("usage: train.py JOB_FOLDER")
    folder = Path(sys.argv[1])
    events = Events(folder / "events.jsonl")
    job: Job | None = None
    spec: Spec | None = None
    status, message, code = "failed", "", EXIT_FAILED
    received: list[str] = []

    def on_signal(number: int, _: Any) -> None:
        received.append(signal.Signals(number).name)
        if job is not None:
            job.cancel_signal = received[-1]

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    try:
        spec, unknown = Spec.read(folder / "spec.json")
        if unknown:
            events.write("warning", message=f"spec.json has names that mean nothing here: {', '.join(unknown)}.")
        assay_engine.set_offline(spec.model, spec.allow_download)
        job = Job(folder, spec, events)
        job.cancel_signal = received[-1] if received else ""
        job.run()
    except Finished as end:
        status, message, code = "finished", str(end), 0
    except Canceled:
        status, message, code = "canceled", "Stopped as asked.", EXIT_CANCELED
        try:
            if job is not None:
                job.save_on_the_way_out()
        except Exception as error:
            message = f"Stopped as asked, but the last weights could not be saved. {sentence(error, folder, spec)}"
    except Exception as error:
        import traceback

        traceback.print_exc()
        message = sentence(error, folder, spec)
    events.write("end", status=status, message=message, step=job.step if job is not None else 0)
    # The interpreter's own way out takes a second, and there is nothing left to do.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    assay_engine.use_fast_blas()
    main()
