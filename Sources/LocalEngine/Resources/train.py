"""Tune a model with mlx-lm for one job: `train.py JOB_FOLDER` (see training_job.py).

Each checkpoint is an adapter folder that serve.py and mlx_lm load.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import assay_engine
import model_checks
import training_job
from training_checks import Encoder, Limits, as_served, known_ends
from training_events import Events
from training_job import Finished, Job, Spec
from training_rows import Batches, Message, Row, TrainingError
from training_samples import LONGEST_PROMPT, Case


class MLXSpec(Spec):
    """What to do with mlx-lm."""

    def choices(self) -> dict[str, tuple[Any, ...]]:
        return super().choices() | {"optimizer": ("adam", "adamw", "sgd", "adafactor", "muon")}

    def check(self) -> None:
        super().check()
        if self.objective != "sft":
            raise TrainingError("mlx-lm learns from answers only; choose the back end trl to learn from pairs.")
        if self.gradient_checkpointing and self.dropout > 0:
            # What is computed anew would drop other values than at first, and the gradients be wrong.
            raise TrainingError(
                "mlx-lm can't use `gradient_checkpointing` together with `dropout`; set one of them to false or 0."
            )


class MLXEncoder(Encoder):
    """Asks mlx-lm's tokenizer as mlx-lm's own training and its server do."""

    def __init__(self, tokenizer: Any, is_masked: bool) -> None:
        super().__init__(is_masked)
        self._tokenizer = tokenizer

    def text(self, text: str) -> list[int]:
        tokens = self._tokenizer.encode(text)
        end = self._tokenizer.eos_token_id
        return tokens if end is None or tokens[-1:] == [end] else [*tokens, end]

    def chat(self, messages: list[Message], tools: Any, asks: bool) -> list[int]:
        if not self._tokenizer.has_chat_template:
            raise TrainingError("The model has no chat template, so it can only learn from rows with `text`.")
        return self._tokenizer.apply_chat_template(
            messages, tools=tools, return_dict=False, **({"add_generation_prompt": True} if asks else {})
        )

    def served(self, messages: list[Message], tools: Any) -> list[int]:
        return self.chat(as_served(messages), tools, True)

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        return len(prompt)


class MLXJob(Job):
    """A tuning job with its model."""

    def __init__(self, folder: Path, spec: MLXSpec, events: Events) -> None:
        super().__init__(folder, spec, events)
        self.batches_done = 0
        self.pending: list[dict[str, float]] = []

    # Preparing

    def run(self) -> None:
        """Everything from loading to the last checkpoint; ends with `Finished`, `Canceled` or an error."""
        import mlx.core as mx
        import mlx_lm
        from mlx_lm.tuner import trainer

        spec = self.spec
        self.check_model()
        mx.random.seed(spec.seed)
        self.model, self.tokenizer = mlx_lm.load(
            str(self.model_folder), tokenizer_config={"trust_remote_code": False}, trust_remote_code=False
        )
        self.check_canceled()
        assay_engine.settle(self.model)
        train_rows = self.load_rows(spec.train)
        self.valid_rows = self.load_rows(spec.valid)
        self.settle_preflight()
        self.check_rows(train_rows, self.valid_rows)
        self.prepare_weights()
        self.optimizer = self.make_optimizer()
        self.resume()
        self.write_start(train_rows)
        self.batches = Batches(spec.seed, skip=self.step * spec.gradient_accumulation)
        self.trainer = trainer
        self.seed_step()
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
        """The tokens of a file's rows, and where what is learnt begins."""
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
            self.load_adapter(Path(spec.start_from))

    def load_adapter(self, folder: Path) -> None:
        """Take over an adapter's weights. Raises a `TrainingError` where they don't belong to what is tuned."""
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
        return measuring(getattr(optimizers, classes[spec.optimizer]))(learning_rate=rate)

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
            self.save_on_the_way_out()
            raise self.ending()

    def report(self) -> None:
        """One event for the steps since the last one; batches of a step that isn't done don't count."""
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
        """Measure the validation loss where it is due, keep the weights where they are worth it, and try them."""
        first, last = self.step == 0, self.step >= self.steps
        improved = False
        if self.valid_rows and self.is_validation_due():
            improved = self.validate()
        if self.step == self.saved_step:
            # Gone on from here, where there had been no time to validate.
            if self.valid_rows and self.is_best_saved():
                self.mark_best()
            return
        if not first and (improved or last or self.step % self.spec.save_every == 0):
            self.save()
        if first or self.step == self.saved_step:
            is_base = self.spec.start_from is None
            self.samples.answer(self.step, self.answers, self.logit_change, is_base)

    def validate(self) -> bool:
        """Measure the loss over all validation rows, and say whether it is the lowest so far."""
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
        return self.take_validation(loss, time.perf_counter() - begin)

    def logit_change(self, cases: list[Case]) -> float | None:
        """The largest difference that the LoRA makes to a logit after the cases' prompts; nothing for other methods."""
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
        """The cases with what the model says to them now, always the likeliest token."""
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
        from mlx.utils import tree_flatten

        state = tree_flatten(self.optimizer.state)
        return {name: array for name, array in state if hasattr(array, "dtype") and name != GRADIENT_NORM}

    def seed_step(self) -> None:
        """Make chance in the step that follows depend on the seed and the step alone, so that it can be done anew."""
        import mlx.core as mx

        mx.random.seed((self.spec.seed & 0xFFFF_FFFF) << 32 | self.step)

    def resume(self) -> None:
        """Go on from `last` with weights, optimizer and place in the data, when the spec asks for it."""
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

    def save_on_the_way_out(self) -> None:
        self.report()
        if self.step > 0 and self.step != self.saved_step:
            self.save()


GRADIENT_NORM = "gradient_norm"
"""Its name beside the optimizer's own in its state."""


def tokens_of(info: dict[str, float]) -> float:
    """How many tokens were learnt in a batch."""
    return info["tokens_per_second"] / info["iterations_per_second"]


def measuring(base: Any) -> Any:
    """The optimizer that also keeps the norm of the gradients in its state, which compiled steps give out."""
    import mlx.core as mx
    from mlx.utils import tree_flatten

    class Measuring(base):
        def init(self, parameters: Any) -> None:
            super().init(parameters)
            self.state[GRADIENT_NORM] = mx.array(0.0)

        def update(self, model: Any, gradients: Any) -> None:
            squares = [array.astype(mx.float32).square().sum() for _, array in tree_flatten(gradients)]
            super().update(model, gradients)
            self.state[GRADIENT_NORM] = mx.sqrt(sum(squares[1:], squares[0]))

    return Measuring


if __name__ == "__main__":
    assay_engine.use_fast_blas()
    training_job.main(MLXSpec, MLXJob, Events)
