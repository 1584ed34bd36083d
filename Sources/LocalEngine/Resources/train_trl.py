"""Tune a model with TRL for one job: `train_trl.py JOB_FOLDER` (see training_job.py).

Learns from answers (SFT) or from pairs of answers (DPO), with PyTorch on NVIDIA GPUs or the CPU. Each checkpoint is a
PEFT adapter, which mlx-lm loads too where it names the layers alike, or with `method` full a model.

On several GPUs this program starts itself once for each through torchrun; with an `accelerate_config`, which may ask
for DeepSpeed but not for FSDP, through accelerate.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import os
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import assay_start
import model_checks
import training_job
from training_checks import Encoder, Limits, as_served, known_ends
from training_events import Events
from training_job import Finished, Job, Spec
from training_rows import Message, TrainingError
from training_samples import LONGEST_PROMPT, Case
from trl_launch import WORKER, die_with_parent, launch, process_count
from trl_rows import answer_columns, pair_columns
from trl_trainer import Chance, stop_when, trainer_class

RESUME_FILES = ("optimizer*", "scheduler.pt", "scaler.pt", "rng_state*", "global_step*")
"""What only the newest checkpoint needs: states of optimizer, schedule and chance, also those of DeepSpeed."""


@dataclasses.dataclass
class TRLSpec(Spec):
    """What to do with TRL. With several processes a batch is shared out among them."""

    quantize_bits: int = 0
    accelerate_config: str | None = None
    processes: int | None = None

    def choices(self) -> dict[str, tuple[Any, ...]]:
        return super().choices() | {
            "objective": ("sft", "dpo"),
            "optimizer": ("adam", "adamw", "sgd", "adafactor"),
            "quantize_bits": (0, 4),
        }

    def check(self) -> None:
        super().check()
        if self.beta <= 0:
            raise TrainingError("`beta` must be above zero.")
        if self.quantize_bits and self.method == "full":
            raise TrainingError("With `quantize_bits` only adapters can be tuned; choose `method` lora.")
        if self.accelerate_config and not Path(self.accelerate_config).is_file():
            raise TrainingError(f"{self.accelerate_config} is not there; name a YAML file of accelerate's.")


class TRLEvents(Events):
    """Of several processes only the first one tells what happens; how each has ended is for the launcher to tell."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rank = int(os.environ.get("RANK", "0"))
        self._end = path.with_name(f".end-{self._rank}.json") if WORKER in os.environ else None

    def write(self, event: str, **values: Any) -> None:
        if event == "end" and self._end is not None:
            Job.write_json(self._end, values | {"time": time.time()})
        elif self._rank == 0:
            super().write(event, **values)

    def watched_process(self) -> int | None:
        if self._rank != 0:
            return None
        launcher = os.environ.get(WORKER, "")
        return int(launcher) if launcher.isdigit() else os.getpid()


THINKING = (("<think>", "</think>"), ("<longcat_think>", "</longcat_think>"), ("<|think:start|>", "<|think:end|>"))
"""Tokens by which the engine's server tells a model that thinks."""


class TRLEncoder(Encoder):
    """Asks transformers' tokenizer."""

    def __init__(self, tokenizer: Any, is_masked: bool) -> None:
        super().__init__(is_masked)
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        thinks = any(all(token in vocabulary for token in pair) for pair in THINKING)
        # The server says so to the template, which may not look at it.
        is_asked = "enable_thinking" in str(tokenizer.chat_template)
        self._served_options: dict[str, Any] = {"enable_thinking": thinks} if is_asked else {}

    def text(self, text: str) -> list[int]:
        tokens = self._tokenizer.encode(text)
        end = self._tokenizer.eos_token_id
        return tokens if end is None or tokens[-1:] == [end] else [*tokens, end]

    def chat(self, messages: list[Message], tools: Any, asks: bool, **options: Any) -> list[int]:
        if self._tokenizer.chat_template is None:
            raise TrainingError("The model has no chat template, so it can only learn from rows with `text`.")
        return self._tokenizer.apply_chat_template(
            messages, tools=tools, add_generation_prompt=asks, return_dict=False, **options
        )

    def served(self, messages: list[Message], tools: Any) -> list[int]:
        return self.chat(as_served(messages), tools, True, **self._served_options)

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        # A template may write a prompt differently once an answer follows; what is the same is not learnt.
        return len(os.path.commonprefix([tokens, prompt]))


class TRLJob(Job):
    """A tuning job with its model."""

    spec: TRLSpec

    def run(self) -> None:
        """Everything from loading to the last checkpoint; ends with `Finished`, `Canceled` or an error."""
        # What will change in later versions of the libraries is nothing to a person who reads the log.
        warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self.use_accelerator()
        self.check_model()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(str(self.model_folder), trust_remote_code=False)
        train_rows = self.load_rows(self.spec.train)
        self.valid_rows = self.load_rows(self.spec.valid)
        self.settle_preflight()
        self.check_rows(train_rows, self.valid_rows)
        self.check_canceled()
        resumed = self.resume()
        self.trainer = self.make_trainer(train_rows)
        if self.trainer.is_fsdp_enabled:
            raise TrainingError(
                "Under FSDP the validation loss can't be measured, so the job would fail at its first validation. Leave "
                "`accelerate_config` out, or use DeepSpeed."
            )
        if self.trainer.is_deepspeed_enabled:
            self.samples.leave_out("the weights are spread over several processes.")
        self.write_start(train_rows)
        if self.step >= self.steps:
            raise Finished("All steps were done before.")
        self.check_canceled()
        self.trainer.train(resume_from_checkpoint=resumed)
        self.check_canceled()
        raise self.ending()

    def use_accelerator(self) -> None:
        """Find out what computes, and with which short numbers where the CPU doesn't."""
        import torch

        self.on_gpu = torch.cuda.is_available()
        self.half: Any = None
        if self.on_gpu:
            self.half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        if self.spec.quantize_bits and not self.on_gpu:
            raise TrainingError("`quantize_bits` needs an NVIDIA GPU; leave it out to tune a LoRA on full weights.")

    # Rows

    def load_rows(self, name: str) -> list[dict[str, list[int]]]:
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

    def make_trainer(self, train_rows: list[dict[str, list[int]]]) -> Any:
        """TRL's trainer with the model, the rows and what is to be learnt."""
        import torch
        import trl
        from datasets import Dataset
        from transformers.trainer_callback import PrinterCallback

        spec, work = self.spec, self.folder / "checkpoints" / ".work"
        processes = int(os.environ.get("WORLD_SIZE", "1"))
        if spec.batch_size % processes:
            raise TrainingError(
                f"`batch_size` is {spec.batch_size}, which {processes} processes can't share; choose a multiple."
            )
        names = {"adam": "adamw_torch", "adamw": "adamw_torch", "sgd": "sgd", "adafactor": "adafactor"}
        common: dict[str, Any] = {
            "output_dir": str(work),
            "per_device_train_batch_size": spec.batch_size // processes,
            "per_device_eval_batch_size": max(1, min(spec.batch_size, len(self.valid_rows)) // processes),
            "gradient_accumulation_steps": spec.gradient_accumulation,
            "gradient_checkpointing": spec.gradient_checkpointing,
            "max_steps": self.steps,
            "learning_rate": spec.learning_rate,
            "optim": names[spec.optimizer],
            "weight_decay": 0.01 if spec.optimizer == "adamw" else 0.0,
            "bf16": self.half is torch.bfloat16,
            "fp16": self.half is torch.float16,
            "use_cpu": not self.on_gpu,
            "seed": spec.seed,
            "max_length": None,
            # When to tell, validate and save is for `Progress` to say.
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
            config: Any = trl.DPOConfig(beta=spec.beta, disable_dropout=spec.dropout == 0, **common)
            base: Any = trl.DPOTrainer
        else:
            config, base = trl.SFTConfig(**common), trl.SFTTrainer
        model = self.load_model()
        trainer = trainer_class(base)(
            self,
            model=model,
            args=config,
            train_dataset=Dataset.from_list(train_rows),
            eval_dataset=Dataset.from_list(self.valid_rows) if self.valid_rows else None,
            processing_class=self.tokenizer,
            peft_config=self.lora_config(model),
        )
        trainer.remove_callback(PrinterCallback)
        if trainer.is_world_process_zero():
            shutil.rmtree(work, ignore_errors=True)
        return trainer

    def load_model(self) -> Any:
        """The model in the numbers that suit the method, with the adapter to start from, or with frozen layers."""
        import torch
        import transformers

        spec = self.spec
        # Weights that are trained are kept in full; autocast computes with them in half.
        frozen = self.on_gpu and spec.method != "full"
        options: dict[str, Any] = {"dtype": self.half if frozen else torch.float32}
        if spec.quantize_bits:
            options["quantization_config"] = transformers.BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=self.half,
            )
            options["device_map"] = {"": int(os.environ.get("LOCAL_RANK", "0"))}
        model = transformers.AutoModelForCausalLM.from_pretrained(
            str(self.model_folder), trust_remote_code=False, use_safetensors=True, **options
        )
        count = model.config.get_text_config().num_hidden_layers
        if spec.layers > count:
            self.warn(f"The model has {count} layers, so all of them are tuned rather than {spec.layers}.")
            spec.layers = -1
        self.tuned_layers = list(range(count))[-max(spec.layers, 0) :]
        if spec.start_from:
            return with_adapter(model, spec)
        if spec.method == "full" and spec.layers > 0:
            tuned = tuple(f".{number}." for number in self.tuned_layers)
            for name, weights in model.named_parameters():
                weights.requires_grad_(any(number in name for number in tuned))
        return model

    def lora_config(self, model: Any) -> Any:
        """What PEFT is to add to the model; nothing for full tuning, and when an adapter is there."""
        spec = self.spec
        if spec.method == "full" or hasattr(model, "peft_config"):
            return None
        import peft
        import torch
        from transformers.pytorch_utils import Conv1D

        output = model.get_output_embeddings()
        products = [
            name.rpartition(".")[2]
            for name, module in model.named_modules()
            if isinstance(module, (torch.nn.Linear, Conv1D)) and module is not output
        ]
        return peft.LoraConfig(
            task_type="CAUSAL_LM",
            r=spec.rank,
            lora_alpha=spec.rank * spec.scale,
            lora_dropout=spec.dropout,
            target_modules=sorted(set(products)),
            layers_to_transform=self.tuned_layers if spec.layers > 0 else None,
            use_dora=spec.method == "dora",
        )

    def can_resume(self) -> bool:
        return self.spec.resume and (self.folder / "last" / "trainer_state.json").exists()

    def resume(self) -> str | None:
        """The checkpoint to go on from with weights, optimizer, chance and place in the data."""
        if not self.can_resume():
            return None
        self.read_progress()
        return str((self.folder / "last").resolve())

    def write_start(self, train_rows: list[dict[str, list[int]]]) -> None:
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
            device=f"gpu {torch.cuda.get_device_name()}" if self.on_gpu else "cpu",
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
        """Take over a checkpoint that the trainer has written."""
        self.trainer.accelerator.wait_for_everyone()
        if self.trainer.is_world_process_zero():
            add_engine_adapter(written, self.adapter_config())
            self.keep_checkpoint(written, RESUME_FILES)
        self.trainer.accelerator.wait_for_everyone()
        self.saved_step = self.step

    def save_on_the_way_out(self) -> None:
        if 0 < self.step != self.saved_step:
            self.trainer.save_now()

    def answer_samples(self) -> None:
        """Have the sample cases answered with the weights of this step, by one of the processes."""
        if self.trainer.is_world_process_zero():
            self.samples.answer(self.step, self.answers, self.logit_change, self.spec.start_from is None)

    def logit_change(self, cases: list[Case]) -> float | None:
        """The largest difference that the adapter makes to a logit after the cases' prompts; nothing without one."""
        import torch

        tokenizer, model = self.tokenizer, self.trainer.accelerator.unwrap_model(self.trainer.model)
        if not hasattr(model, "disable_adapter"):
            return None
        was_training, chance, most = model.training, Chance(), 0.0
        model.eval()
        try:
            with torch.no_grad(), self.trainer.accelerator.autocast():
                for case in cases:
                    prompt = case.prompt(tokenizer, tokenizer.chat_template is not None)[-LONGEST_PROMPT:]
                    tokens = torch.tensor([prompt], device=self.trainer.args.device)
                    tuned = model(input_ids=tokens).logits[0, -1].float()
                    with model.disable_adapter():
                        base = model(input_ids=tokens).logits[0, -1].float()
                    most = max(most, float((tuned - base).abs().max()))
        finally:
            model.train(was_training)
            chance.restore()
        return most

    def answers(self, cases: list[Case], is_late: Callable[[], bool]) -> Iterator[tuple[Case, str, bool]]:
        """The cases with what the model says to them now, always the likeliest token; all of them at once."""
        import torch
        from transformers import GenerationConfig

        tokenizer, model = self.tokenizer, self.trainer.accelerator.unwrap_model(self.trainer.model)
        has_template = tokenizer.chat_template is not None
        prompts = [case.prompt(tokenizer, has_template)[-LONGEST_PROMPT:] for case in cases]
        padding = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
        ends = model.generation_config.eos_token_id
        ends = {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])} - {None}
        width = max(len(prompt) for prompt in prompts)
        rows = [[padding] * (width - len(prompt)) + prompt for prompt in prompts]
        mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        device = self.trainer.args.device
        was_training, chance = model.training, Chance()
        model.eval()
        try:
            with torch.no_grad(), self.trainer.accelerator.autocast():
                tokens = model.generate(
                    input_ids=torch.tensor(rows, device=device),
                    attention_mask=torch.tensor(mask, device=device),
                    generation_config=GenerationConfig(
                        do_sample=False,
                        max_new_tokens=max(case.max_tokens for case in cases),
                        eos_token_id=sorted(ends),
                        pad_token_id=padding,
                        use_cache=True,
                    ),
                    stopping_criteria=[stop_when(is_late)],
                )
        finally:
            model.train(was_training)
            chance.restore()
        if is_late():
            return
        for case, row in zip(cases, tokens[:, width:].tolist()):
            answer = list(itertools.takewhile(lambda token: token not in ends, row[: case.max_tokens]))
            yield case, tokenizer.decode(answer), len(answer) < len(row[: case.max_tokens])


def with_adapter(model: Any, spec: TRLSpec) -> Any:
    """The model with the weights to start from, which are tuned further."""
    import peft

    folder = Path(spec.start_from or "")
    if not (folder / "adapter_model.safetensors").exists():
        raise TrainingError(f"{folder} holds no PEFT adapter; `start_from` must be a checkpoint of this back end.")
    try:
        config = model_checks.read_object(folder / "adapter_config.json")
    except model_checks.ModelError as error:
        raise TrainingError(str(error)) from error
    if config.get("peft_type") != "LORA" or config.get("megatron_config") or config.get("auto_mapping"):
        raise TrainingError(f"{folder} holds no LoRA adapter; `start_from` must be a checkpoint of this back end.")
    try:
        return peft.PeftModel.from_pretrained(model, str(folder), is_trainable=True, use_safetensors=True)
    except (RuntimeError, ValueError, KeyError) as error:
        raise TrainingError(
            f"The adapter {folder} is not for the model {spec.model}: its names or shapes don't fit "
            f"({' '.join(str(error).split())[:160]}). Name the base that it was trained on, or leave `start_from` out."
        ) from error


def add_engine_adapter(folder: Path, config: dict[str, Any]) -> None:
    """Let mlx-lm load an adapter too, where it names the model's layers as transformers does.

    Both read `adapter_config.json`, each its own names in it.
    """
    from safetensors.torch import load_file, save_file

    source = folder / "adapter_model.safetensors"
    if not source.exists():
        return
    parts = {"lora_A": "lora_a", "lora_B": "lora_b", "lora_magnitude_vector": "m"}
    weights: dict[str, Any] = {}
    for name, array in load_file(source).items():
        path, _, part = name.removeprefix("base_model.model.").removesuffix(".weight").rpartition(".")
        if not path.startswith("model.layers.") or part not in parts:
            return
        weights[f"{path}.{parts[part]}"] = (array.T if array.ndim == 2 else array).contiguous()
    save_file(weights, folder / "adapters.safetensors")
    keys = {name.split(".", 3)[3].rpartition(".")[0] for name in weights}
    config["lora_parameters"] |= {"keys": sorted(keys)}
    path = folder / "adapter_config.json"
    Job.write_json(path, json.loads(path.read_text(encoding="utf-8")) | config)


def main() -> NoReturn:
    if len(sys.argv) == 2:
        sys.argv[1] = os.path.abspath(sys.argv[1])
    assay_start.isolate()
    if WORKER in os.environ:
        die_with_parent()
    elif "RANK" not in os.environ and len(sys.argv) == 2:
        try:
            spec, _ = TRLSpec.read(Path(sys.argv[1]) / "spec.json")
        except TrainingError:
            training_job.main(TRLSpec, TRLJob, TRLEvents)
        processes = process_count(spec)
        if processes > 1 or spec.accelerate_config:
            launch(Path(sys.argv[1]), spec, processes)
    training_job.main(TRLSpec, TRLJob, TRLEvents)


if __name__ == "__main__":
    main()
