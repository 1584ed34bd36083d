"""Tunes a model with mlx-lm: `train-mlx JOB_FOLDER` (see train/job.py)."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assay_engine import device, model_checks
from assay_engine.mlx.batches import Batches
from assay_engine.mlx.mlx_encoder import MLXEncoder
from assay_engine.mlx.mlx_spec import MLXSpec
from assay_engine.mlx.optimizer import GRADIENT_NORM, make_optimizer
from assay_engine.train.encoder import known_ends
from assay_engine.train.events import Events
from assay_engine.train.job import Finished, Job
from assay_engine.train.program import job_folder, work
from assay_engine.train.rows import Row, TrainingError
from assay_engine.train.samples import LONGEST_PROMPT, Case
from assay_engine.train.token_checks import Limits


class MLXJob(Job):
    """A tuning job with its model. Each checkpoint is an adapter folder that the server and mlx-lm load."""

    spec: MLXSpec

    def __init__(self, folder: Path, spec: MLXSpec, events: Events) -> None:
        super().__init__(folder, spec, events)
        self.batches_done = 0
        self.pending: list[dict[str, float]] = []
        self.batches = Batches(spec.seed)

    # Preparing

    def run(self) -> None:
        """Do everything from loading to the last checkpoint. Ends by raising `Finished`, `Canceled` or an error."""
        train_rows = self.load()
        self.prepare_weights()
        self.optimizer = make_optimizer(self.spec, self.steps)
        self.resume()
        self.write_start(train_rows)
        self.seed_step()
        self.validate_and_save()
        if self.step >= self.steps:
            raise Finished("All steps were done before.")
        self.learn(train_rows)

    def load(self) -> list[Row]:
        """Load the model and the rows, and return those to learn. Raises a `TrainingError` where they don't fit."""
        import mlx.core as mx
        import mlx_lm

        spec = self.spec
        self.check_model()
        mx.random.seed(spec.seed)
        self.model, self.tokenizer, *_ = mlx_lm.load(
            str(self.model_folder), tokenizer_config={"trust_remote_code": False}, trust_remote_code=False
        )
        self.check_canceled()
        device.settle(self.model)
        train_rows = self.load_rows(spec.train)
        self.valid_rows = self.load_rows(spec.valid)
        self.settle_preflight()
        self.check_rows(train_rows, self.valid_rows)
        return train_rows

    def learn(self, train_rows: list[Row]) -> None:
        """Do the steps that are left. mlx-lm calls this object after each batch."""
        from mlx_lm.tuner import trainer

        spec = self.spec
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
        # mlx-lm prints a table of its progress, which nobody reads here.
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
        """The tokens of a file's rows, each with the number of prompt tokens."""
        tokenizer = self.tokenizer
        start = tokenizer.bos_token_id
        limits = Limits(
            self.spec.max_tokens,
            known_ends(tokenizer.eos_token_ids, lambda token: str(tokenizer.convert_ids_to_tokens(token))),
            start,
            "" if start is None else str(tokenizer.convert_ids_to_tokens(start)),
        )
        encoder = MLXEncoder(tokenizer, self.spec.mask_prompt)
        examples = self.prepare_rows(name, ("messages", "completion", "text"), encoder, limits)
        return [row for (row,) in examples]

    def prepare_weights(self) -> None:
        """Freeze the model except for what the method trains."""
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
            self.load_adapter(Path(spec.start_from))

    def load_adapter(self, folder: Path) -> None:
        """Load an adapter's weights. Raises a `TrainingError` where they don't fit what is tuned."""
        import mlx.core as mx
        from mlx.utils import tree_flatten

        try:
            model_checks.check_adapter(folder)
        except model_checks.ModelError as error:
            raise TrainingError(f"`start_from` can't be used. {error}") from error
        weights = mx.load(str(folder / "adapters.safetensors"))
        shapes = {name: array.shape for name, array in tree_flatten(self.model.trainable_parameters())}
        problems = [
            (name, f"the adapter has {tuple(array.shape)}, and the model {shapes.get(name, 'no such weights')}")
            for name, array in weights.items()
            if shapes.get(name) != array.shape
        ]
        if problems:
            raise TrainingError(
                f"`start_from` can't be used with this base, `method`, `rank` or `layers`. "
                f"{model_checks.misfit(folder, self.spec.model, problems)}"
            )
        self.model.load_weights(list(weights.items()), strict=False)

    def write_start(self, train_rows: list[Row]) -> None:
        """Write the `start` event."""
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
            device=device.device_name(),
            blas=device.blas_in_use(),
        )

    # Training: mlx-lm calls this object after each batch

    def on_val_loss_report(self, info: dict[str, Any]) -> None:
        """Never called: this job validates by itself, at the steps that the spec names."""

    def on_train_loss_report(self, info: dict[str, Any]) -> None:
        """Count one batch; after the last one of a step report, validate, save and stop as the spec says."""
        self.batches_done += 1
        info["worked_tokens"] = self.batches.worked_tokens
        self.check_loss(info["train_loss"], self.step + 1)
        self.pending.append(info)
        if self.batches_done % self.spec.gradient_accumulation:
            self.check_canceled()
            return
        self.step += 1
        self.seed_step()
        count = self.spec.gradient_accumulation
        self.trained_tokens += round(sum(map(tokens_of, self.pending[-count:])))
        last = self.step >= self.steps
        if last or self.step % self.spec.report_every == 0:
            self.report()
        self.check_canceled()
        if last or self.step % self.spec.evaluate_every == 0 or self.step % self.spec.save_every == 0:
            self.validate_and_save()
        if last or self.is_out_of_patience():
            self.save_before_exit()
            raise self.ending()

    def report(self) -> None:
        """Write one `train` event for the steps since the last one, without the batches of an unfinished step."""
        count = self.spec.gradient_accumulation
        whole = self.pending[: len(self.pending) // count * count]
        self.pending.clear()
        if not whole:
            return
        seconds = sum(1 / info["iterations_per_second"] for info in whole)
        norm = self.optimizer.state[GRADIENT_NORM].item()
        self.events.write(
            "train",
            step=self.step,
            loss=sum(info["train_loss"] for info in whole) / len(whole),
            learning_rate=whole[-1]["learning_rate"],
            **({"grad_norm": norm} if math.isfinite(norm) else {}),
            tokens_per_second=round(sum(info["worked_tokens"] for info in whole) / seconds, 1),
            steps_per_second=round(len(whole) / count / seconds, 3),
            trained_tokens=self.trained_tokens,
            peak_memory_gb=round(whole[-1]["peak_memory"], 3),
        )

    def validate_and_save(self) -> None:
        """Measure the validation loss, save a checkpoint and answer the samples, each where it is due."""
        first, last = self.step == 0, self.step >= self.steps
        improved = False
        if self.valid_rows and self.is_validation_due():
            improved = self.validate()
        if self.step == self.saved_step:
            # Resumed from here, where there had been no time to validate.
            if self.valid_rows and self.is_best_saved():
                self.mark_best()
            return
        if not first and (improved or last or self.step % self.spec.save_every == 0):
            self.save()
        if first or self.step == self.saved_step:
            is_base = self.spec.start_from is None
            self.samples.answer(self.step, self.answers, self.logit_change, is_base)

    def validate(self) -> bool:
        """Measure the loss over all validation rows, and return whether it is the lowest so far."""
        from mlx_lm.tuner import trainer

        begin = time.perf_counter()
        loss = trainer.evaluate(
            model=self.model,
            dataset=self.valid_rows,
            batch_size=min(self.spec.batch_size, len(self.valid_rows)),
            num_batches=-1,
            max_seq_length=self.spec.max_tokens,
            iterate_batches=self.batches,
            progress_callback=self.check_canceled,
        )
        self.model.train()
        return self.take_validation(loss, time.perf_counter() - begin)

    def logit_change(self, cases: list[Case]) -> float | None:
        """The largest difference that the LoRA makes to a logit after the cases' prompts; None for other methods."""
        import mlx.core as mx

        added = [part for _, part in self.model.named_modules() if hasattr(part, "lora_b") and hasattr(part, "scale")]
        if self.spec.method != "lora" or not added:
            return None
        scales = [part.scale for part in added]
        most = 0.0
        self.model.eval()
        try:
            for case in cases:
                prompt = mx.array([case.prompt(self.tokenizer, self.tokenizer.has_chat_template)[-LONGEST_PROMPT:]])
                tuned = self.model(prompt)[0, -1].astype(mx.float32)
                mx.eval(tuned)
                for part in added:
                    part.scale = 0.0
                base = self.model(prompt)[0, -1].astype(mx.float32)
                most = max(most, mx.abs(tuned - base).max().item())
                for part, scale in zip(added, scales, strict=True):
                    part.scale = scale
        finally:
            for part, scale in zip(added, scales, strict=True):
                part.scale = scale
            self.model.train()
        return most

    def answers(self, cases: list[Case], is_late: Callable[[], bool]) -> Iterator[tuple[Case, str, bool]]:
        """The cases with the model's current answers, decoded greedily."""
        import mlx.core as mx
        from mlx_lm.generate import generate_step

        self.model.eval()
        try:
            for case in cases:
                prompt = case.prompt(self.tokenizer, self.tokenizer.has_chat_template)[-LONGEST_PROMPT:]
                answer: list[int] = []
                has_ended = False
                for token, _ in generate_step(mx.array(prompt), self.model, max_tokens=case.max_tokens):
                    if is_late():
                        return
                    if int(token) in self.tokenizer.eos_token_ids:
                        has_ended = True
                        break
                    answer.append(int(token))
                yield case, self.tokenizer.decode(answer), has_ended
        finally:
            self.model.train()

    # Saving

    def save(self) -> None:
        """Write a checkpoint as a whole, then point `last`, and perhaps `best`, at it."""
        import mlx.core as mx
        from mlx.utils import tree_flatten

        temporary = self.folder / "checkpoints" / f".{self.step:07d}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        mx.save_safetensors(
            str(temporary / "adapters.safetensors"), dict(tree_flatten(self.model.trainable_parameters()))
        )
        mx.save_safetensors(str(temporary / "optimizer.safetensors"), self.optimizer_state())
        self.write_json(temporary / "adapter_config.json", self.adapter_config())
        self.keep_checkpoint(temporary, resume_files=("optimizer.safetensors",))

    def optimizer_state(self) -> dict[str, Any]:
        """The arrays of the optimizer's state by name."""
        from mlx.utils import tree_flatten

        state = tree_flatten(self.optimizer.state)
        return {name: array for name, array in state if hasattr(array, "dtype") and name != GRADIENT_NORM}

    def seed_step(self) -> None:
        """Seed the next step with the spec's seed and the step alone, so that a resumed job repeats it exactly."""
        import mlx.core as mx

        mx.random.seed((self.spec.seed & 0xFFFF_FFFF) << 32 | self.step)

    def resume(self) -> None:
        """Continue from `last` with its weights, optimizer and place in the data, where the spec asks for it."""
        import mlx.core as mx
        from mlx.utils import tree_unflatten

        last = self.folder / "last"
        if not self.spec.resume or not (last / "optimizer.safetensors").exists():
            return
        self.model.load_weights(str(last / "adapters.safetensors"), strict=False)
        state = mx.load(str(last / "optimizer.safetensors"))
        self.optimizer.init(self.model.trainable_parameters())
        self.optimizer.state = tree_unflatten(list(state.items())) | {GRADIENT_NORM: mx.array(0.0)}
        self.read_progress()
        self.batches = Batches(self.spec.seed, skip=self.step * self.spec.gradient_accumulation)

    def save_before_exit(self) -> None:
        """Report and save what has been learnt since the last checkpoint."""
        self.report()
        if self.step > 0 and self.step != self.saved_step:
            self.save()


def tokens_of(info: dict[str, float]) -> float:
    """The number of tokens learnt in a batch."""
    return info["tokens_per_second"] / info["iterations_per_second"]


def main(arguments: Sequence[str]) -> int:
    """Work on the job in a folder."""
    folder = job_folder(arguments)
    device.use_fast_blas()
    work(folder, MLXSpec, MLXJob)
