"""`spec.json`: the settings of a job, as Assay writes them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Self

from assay_engine.train import system_watch
from assay_engine.train.preflight import check_accept
from assay_engine.train.rows import TrainingError

SETTINGS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("training_settings.json").read_text(encoding="utf-8")
)
"""The default and the limits of each setting. Assay's table of settings writes the file, and a test compares them."""


def default(name: str) -> Any:
    """What a setting is where `spec.json` doesn't say: what Assay has for it, None where that is nothing."""
    return SETTINGS[name]["default"]


@dataclasses.dataclass
class Spec:
    """Settings of a job. A step is one update of the weights, from `gradient_accumulation` batches."""

    model: str
    train: str = "train.jsonl"
    valid: str = "valid.jsonl"
    revision: str | None = None
    """Of a model on the hub: a branch, a tag or a commit."""
    allow_download: bool = False
    method: str = default("method")
    rank: int = default("rank")
    scale: float = default("scale")
    dropout: float = default("dropout")
    layers: int = -1
    """-1 for all."""
    optimizer: str = default("optimizer")
    learning_rate: float = default("learning_rate")
    final_learning_rate: float = default("final_learning_rate")
    schedule: str = default("schedule")
    warmup_steps: int = default("warmup_steps")
    steps: int | None = None
    epochs: float | None = None
    batch_size: int = default("batch_size")
    gradient_accumulation: int = default("gradient_accumulation")
    gradient_checkpointing: bool = default("gradient_checkpointing")
    max_tokens: int = default("max_tokens")
    mask_prompt: bool = default("mask_prompt")
    seed: int = default("seed")
    report_every: int = default("report_every")
    evaluate_every: int = default("evaluate_every")
    save_every: int = 100
    patience: int = default("patience")
    start_from: str | None = None
    resume: bool = False
    objective: str = default("objective")
    beta: float = default("beta")
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
        """The values of the options that have only a few, where this back end knows fewer than Assay does."""
        return {}

    def check(self) -> None:
        """Refuse values that can't work. Raises a `TrainingError` that names the option."""
        for name, setting in SETTINGS.items():
            self.check_setting(name, setting)
        if self.save_every <= 0:
            raise TrainingError("`save_every` must be above zero.")
        check_accept(self.accept)
        if (self.steps or 0) <= 0 and (self.epochs or 0) <= 0:
            raise TrainingError("Give `steps` or `epochs`, above zero.")

    def check_setting(self, name: str, setting: dict[str, Any]) -> None:
        """Refuse a value beyond a setting's limits. A setting that this back end doesn't have is passed over."""
        value = getattr(self, name, None)
        if value is None or (name == "layers" and value == -1):
            return
        choices = self.choices().get(name) or setting.get("choices")
        if choices is not None:
            # Assay writes a choice of numbers as texts.
            if str(value) not in [str(choice) for choice in choices]:
                raise TrainingError(f"`{name}` is {value!r}; choose {', '.join(map(str, choices))}.")
            return
        low, high = setting.get("least"), setting.get("most")
        above, below = setting.get("above"), setting.get("below")
        is_within = (
            (low is None or value >= low)
            and (high is None or value <= high)
            and (above is None or value > above)
            and (below is None or value < below)
        )
        if not is_within:
            raise TrainingError(f"`{name}` is {value!r}; it must be {setting['expected']}.")
