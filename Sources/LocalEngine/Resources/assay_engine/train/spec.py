"""`spec.json`: the settings of a job, as Assay writes them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Self

from assay_engine.train import system_watch
from assay_engine.train.preflight import check_accept
from assay_engine.train.rows import TrainingError


@dataclasses.dataclass
class Spec:
    """Settings of a job. A step is one update of the weights, from `gradient_accumulation` batches."""

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
        """The spec in a file, and the keys in it that this back end doesn't know. Raises a `TrainingError`."""
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
        """The values of the options that have only a few."""
        return {"method": ("lora", "dora", "full"), "schedule": ("constant", "cosine", "linear")}

    def check(self) -> None:
        """Refuse values that can't work. Raises a `TrainingError` that names the option."""
        for name, choices in self.choices().items():
            if getattr(self, name) not in choices:
                allowed = ", ".join(str(choice) for choice in choices)
                raise TrainingError(f"`{name}` is {getattr(self, name)!r}; choose {allowed}.")
        positive = ("rank", "batch_size", "gradient_accumulation", "report_every", "evaluate_every", "save_every")
        for name in (*positive, "max_tokens", "learning_rate"):
            if getattr(self, name) <= 0:
                raise TrainingError(f"`{name}` must be above zero.")
        if not 0 <= self.dropout < 1:
            raise TrainingError("`dropout` must be at least 0 and below 1.")
        check_accept(self.accept)
        if (self.steps or 0) <= 0 and (self.epochs or 0) <= 0:
            raise TrainingError("Give `steps` or `epochs`, above zero.")
