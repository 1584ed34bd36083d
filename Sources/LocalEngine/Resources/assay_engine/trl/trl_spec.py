"""The spec of a job for TRL."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec, default


@dataclasses.dataclass
class TRLSpec(Spec):
    """Settings of a job for TRL. Several processes share each batch."""

    quantize_bits: int = default("quantize_bits")
    accelerate_config: str | None = default("accelerate_config")
    processes: int | None = default("processes")

    def choices(self) -> dict[str, tuple[Any, ...]]:
        return {"optimizer": ("adam", "adamw", "sgd", "adafactor")}

    def check(self) -> None:
        super().check()
        if self.quantize_bits and self.method == "full":
            raise TrainingError("With `quantize_bits` only adapters can be tuned; choose `method` lora.")
        if self.accelerate_config and not Path(self.accelerate_config).is_file():
            raise TrainingError(f"{self.accelerate_config} is not there; name a YAML file of accelerate's.")
