"""A job of TRL: learns from answers (SFT) or from pairs of answers (DPO), on NVIDIA GPUs or the CPU."""

from __future__ import annotations

import math
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assay_engine import model_checks
from assay_engine.train.encoder import known_ends
from assay_engine.train.job import Finished, Job
from assay_engine.train.rows import TrainingError
from assay_engine.train.samples import Case
from assay_engine.train.token_checks import Limits
from assay_engine.trl import generation
from assay_engine.trl.columns import answer_columns, pair_columns
from assay_engine.trl.trl_encoder import TRLEncoder
from assay_engine.trl.trl_model import (
    Numbers,
    add_engine_adapter,
    freeze_other_layers,
    load_model,
    lora_config,
    with_adapter,
)
from assay_engine.trl.trl_spec import TRLSpec

RESUME_FILES = ("optimizer*", "scheduler.pt", "scaler.pt", "rng_state*", "global_step*")
"""Files that only the newest checkpoint needs: states of optimizer, schedule and generators, DeepSpeed's included."""

OPTIMIZERS = {"adam": "adamw_torch", "adamw": "adamw_torch", "sgd": "sgd", "adafactor": "adafactor"}

Columns = dict[str, list[int]]
"""A row in the columns of TRL's trainers."""


class TRLJob(Job):
    """A tuning job with its model. Each checkpoint is a PEFT adapter, or with `method` full a model."""

    spec: TRLSpec

    def run(self) -> None:
        """Do everything from loading to the last checkpoint. Ends by raising `Finished`, `Canceled` or an error."""
        train_rows = self.load()
        resumed = self.resume()
        self.trainer = self.make_trainer(train_rows)
        self.check_trainer()
        self.write_start(train_rows)
        if self.step >= self.steps:
            raise Finished("All steps were done before.")
        self.check_canceled()
        self.trainer.train(resume_from_checkpoint=resumed)
        self.check_canceled()
        raise self.ending()

    def load(self) -> list[Columns]:
        """Load the tokenizer and the rows, and return those to learn. Raises a `TrainingError` where they don't fit."""
        # Changes announced for later versions of the libraries are of no use in a job's log.
        warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self.numbers = Numbers.find()
        if self.spec.quantize_bits and not self.numbers.on_gpu:
            raise TrainingError("`quantize_bits` needs an NVIDIA GPU; leave it out to tune a LoRA on full weights.")
        self.check_model()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(str(self.model_folder), trust_remote_code=False)
        train_rows = self.load_rows(self.spec.train)
        self.valid_rows = self.load_rows(self.spec.valid)
        self.settle_preflight()
        self.check_rows(train_rows, self.valid_rows)
        self.check_canceled()
        return train_rows

    # Rows

    def load_rows(self, name: str) -> list[Columns]:
        """The token ids of a file's rows, in TRL's columns."""
        dpo, tokenizer = self.spec.objective == "dpo", self.tokenizer
        start = tokenizer.bos_token_id
        limits = Limits(
            self.spec.max_tokens,
            known_ends(self.end_tokens(), lambda token: str(tokenizer.convert_ids_to_tokens(token))),
            start,
            "" if start is None else str(tokenizer.convert_ids_to_tokens(start)),
        )
        allowed = ("preference",) if dpo else ("messages", "completion", "text")
        encoder = TRLEncoder(tokenizer, self.spec.mask_prompt or dpo)
        columns = pair_columns if dpo else answer_columns
        return [columns(example, self.spec.max_tokens) for example in self.prepare_rows(name, allowed, encoder, limits)]

    def end_tokens(self) -> set[int]:
        """The tokens at which answers end: the tokenizer's, and those of the model's configuration."""
        found = {self.tokenizer.eos_token_id}
        for name in ("config.json", "generation_config.json"):
            given = model_checks.read_object(self.model_folder / name).get("eos_token_id")
            found |= set(given) if isinstance(given, list) else {given}
        return {token for token in found if isinstance(token, int)}

    # The trainer

    def make_trainer(self, train_rows: list[Columns]) -> Any:
        """TRL's trainer with the model and the rows."""
        from datasets import Dataset
        from transformers.trainer_callback import PrinterCallback

        from assay_engine.trl.trainer import DPOTrainer, SFTTrainer

        arguments = self.trainer_arguments()
        model = self.prepared_model()
        trainer = (DPOTrainer if self.spec.objective == "dpo" else SFTTrainer)(
            self,
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list(train_rows),
            eval_dataset=Dataset.from_list(self.valid_rows) if self.valid_rows else None,
            processing_class=self.tokenizer,
            peft_config=lora_config(model, self.spec, self.tuned_layers),
        )
        trainer.remove_callback(PrinterCallback)
        if trainer.is_world_process_zero():
            shutil.rmtree(arguments.output_dir, ignore_errors=True)
        return trainer

    def trainer_arguments(self) -> Any:
        """The configuration of TRL's trainer. `Progress` decides when to report, validate and save."""
        import torch
        import trl

        spec = self.spec
        processes = int(os.environ.get("WORLD_SIZE", "1"))
        if spec.batch_size % processes:
            raise TrainingError(
                f"`batch_size` is {spec.batch_size}, which {processes} processes can't share; choose a multiple."
            )
        common: dict[str, Any] = {
            "output_dir": str(self.folder / "checkpoints" / ".work"),
            "per_device_train_batch_size": spec.batch_size // processes,
            "per_device_eval_batch_size": max(1, min(spec.batch_size, len(self.valid_rows)) // processes),
            "gradient_accumulation_steps": spec.gradient_accumulation,
            "gradient_checkpointing": spec.gradient_checkpointing,
            "max_steps": self.steps,
            "learning_rate": spec.learning_rate,
            "optim": OPTIMIZERS[spec.optimizer],
            "weight_decay": 0.01 if spec.optimizer == "adamw" else 0.0,
            "bf16": self.numbers.half is torch.bfloat16,
            "fp16": self.numbers.half is torch.float16,
            "use_cpu": not self.numbers.on_gpu,
            "seed": spec.seed,
            "max_length": None,
            "logging_strategy": "no",
            "eval_strategy": "no",
            "save_strategy": "no",
            "eval_on_start": bool(self.valid_rows) and self.is_validation_due(),
            "logging_nan_inf_filter": False,
            "ddp_find_unused_parameters": False,
            "disable_tqdm": True,
            "report_to": "none",
        }
        if spec.objective == "dpo":
            return trl.DPOConfig(beta=spec.beta, disable_dropout=spec.dropout == 0, **common)
        return trl.SFTConfig(**common)

    def prepared_model(self) -> Any:
        """The model with the adapter to start from, or with frozen layers."""
        spec = self.spec
        model = load_model(self.model_folder, spec, self.numbers)
        count = model.config.get_text_config().num_hidden_layers
        if spec.layers > count:
            self.warn(f"The model has {count} layers, so all of them are tuned rather than {spec.layers}.")
            spec.layers = -1
        self.tuned_layers = list(range(count))[-max(spec.layers, 0) :]
        if spec.start_from:
            return with_adapter(model, spec)
        if spec.method == "full" and spec.layers > 0:
            freeze_other_layers(model, self.tuned_layers)
        return model

    def check_trainer(self) -> None:
        """Refuse what accelerate may have been configured to and TRL can't do. Raises a `TrainingError`."""
        if self.trainer.is_fsdp_enabled:
            raise TrainingError(
                "Under FSDP the validation loss can't be measured, so the job would fail at its first validation. "
                "Leave `accelerate_config` out, or use DeepSpeed."
            )
        if self.trainer.is_deepspeed_enabled:
            self.samples.leave_out("the weights are spread over several processes.")

    def can_resume(self) -> bool:
        """Whether the spec asks to resume, and there is something to resume from."""
        return self.spec.resume and (self.folder / "last" / "trainer_state.json").exists()

    def resume(self) -> str | None:
        """The checkpoint to continue from, with its weights, optimizer, generators and place in the data."""
        if not self.can_resume():
            return None
        self.read_progress()
        return str((self.folder / "last").resolve())

    def write_start(self, train_rows: list[Columns]) -> None:
        """Write the `start` event."""
        import torch

        sizes = [(getattr(p, "ds_numel", p.numel()), p.requires_grad) for p in self.trainer.model.parameters()]
        self.events.write(
            "start",
            steps=self.steps,
            first_step=self.step,
            trainable_parameters=sum(size for size, is_tuned in sizes if is_tuned),
            total_parameters=sum(size for size, _ in sizes),
            train_rows=len(train_rows),
            valid_rows=len(self.valid_rows),
            batch_size=self.spec.batch_size,
            processes=self.trainer.args.world_size,
            device=f"gpu {torch.cuda.get_device_name()}" if self.numbers.on_gpu else "cpu",
        )

    def learning_rate_factor(self, step: int) -> float:
        """The share of the peak learning rate at a step, from 0."""
        spec = self.spec
        warmup = min(spec.warmup_steps, self.steps - 1)
        if step < warmup:
            return step / warmup
        done = min(1.0, (step - warmup) / max(1, self.steps - warmup))
        last = spec.final_learning_rate / spec.learning_rate
        if spec.schedule == "constant":
            return 1.0
        if spec.schedule == "linear":
            return 1 + (last - 1) * done
        return last + (1 - last) * (1 + math.cos(math.pi * done)) / 2

    # Saving

    def adopt(self, written: Path) -> None:
        """Make a folder that the trainer has written a checkpoint of the job."""
        self.trainer.accelerator.wait_for_everyone()
        if self.trainer.is_world_process_zero():
            add_engine_adapter(written, self.adapter_config())
            self.keep_checkpoint(written, RESUME_FILES)
        self.trainer.accelerator.wait_for_everyone()
        self.saved_step = self.step

    def save_before_exit(self) -> None:
        """Save what has been learnt since the last checkpoint."""
        if 0 < self.step != self.saved_step:
            self.trainer.save_now()

    # Samples

    def answer_samples(self) -> None:
        """Have the sample cases answered with the weights of this step, by one of the processes."""
        if self.trainer.is_world_process_zero():
            self.samples.answer(self.step, self.answers, self.logit_change, self.spec.start_from is None)

    def logit_change(self, cases: list[Case]) -> float | None:
        """See `generation.logit_change`."""
        return generation.logit_change(self.trainer, self.tokenizer, cases)

    def answers(self, cases: list[Case], is_late: Callable[[], bool]) -> Iterator[tuple[Case, str, bool]]:
        """See `generation.answers`."""
        return generation.answers(self.trainer, self.tokenizer, cases, is_late)
