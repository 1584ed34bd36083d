"""The model that TRL tunes: its numbers, its adapter, its frozen layers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from assay_engine import model_checks
from assay_engine.train.job import Job
from assay_engine.train.rows import TrainingError
from assay_engine.trl.trl_spec import TRLSpec


class Numbers(NamedTuple):
    """The device, and the short number type that it computes with."""

    on_gpu: bool
    half: Any
    """`torch.bfloat16` or `torch.float16`; None on the CPU."""

    @classmethod
    def find(cls) -> Numbers:
        """The device that PyTorch finds on this machine."""
        import torch

        if not torch.cuda.is_available():
            return cls(False, None)
        return cls(True, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)


def load_model(folder: Path, spec: TRLSpec, numbers: Numbers) -> Any:
    """The model in the number type that suits the method, quantised where the spec asks for it."""
    import torch
    import transformers

    # Weights that are trained are kept in full; autocast computes with them in half.
    frozen = numbers.on_gpu and spec.method != "full"
    options: dict[str, Any] = {"dtype": numbers.half if frozen else torch.float32}
    if spec.quantize_bits:
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=numbers.half,
        )
        options["device_map"] = {"": int(os.environ.get("LOCAL_RANK", "0"))}
    return transformers.AutoModelForCausalLM.from_pretrained(
        str(folder), trust_remote_code=False, use_safetensors=True, **options
    )


def freeze_other_layers(model: Any, layers: list[int]) -> None:
    """Leave only the weights of some layers to be trained."""
    tuned = tuple(f".{number}." for number in layers)
    for name, weights in model.named_parameters():
        weights.requires_grad_(any(number in name for number in tuned))


def lora_config(model: Any, spec: TRLSpec, layers: list[int]) -> Any:
    """The adapter that PEFT is to add to the model; None for full tuning, and where there is one already."""
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
        layers_to_transform=layers if spec.layers > 0 else None,
        use_dora=spec.method == "dora",
    )


def with_adapter(model: Any, spec: TRLSpec) -> Any:
    """The model with the adapter that `start_from` names. Raises a `TrainingError` where it doesn't fit."""
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
    """Add the files by which mlx-lm loads an adapter too, where it names the layers as transformers does.

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
