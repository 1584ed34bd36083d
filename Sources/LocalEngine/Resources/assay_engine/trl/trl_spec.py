"""The spec of a job for TRL."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec


@dataclasses.dataclass
class TRLSpec(Spec):
    """Settings of a job for TRL. Several processes share each batch."""

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
