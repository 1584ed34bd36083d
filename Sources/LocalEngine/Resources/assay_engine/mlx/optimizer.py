"""mlx's optimizers with a schedule, and with the norm of the gradients in their state."""

from __future__ import annotations

from typing import Any

from assay_engine.mlx.mlx_spec import MLXSpec

GRADIENT_NORM = "gradient_norm"
"""Key of the norm of the gradients in an optimizer's state."""

CLASSES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "adafactor": "Adafactor", "muon": "Muon"}


def make_optimizer(spec: MLXSpec, steps: int) -> Any:
    """The optimizer that a spec asks for, with its schedule over a number of steps."""
    import mlx.optimizers as optimizers
    from mlx_lm.tuner.utils import build_schedule

    warmup = min(spec.warmup_steps, steps - 1)
    rest = max(1, steps - warmup)
    name, arguments = {
        "cosine": ("cosine_decay", [spec.learning_rate, rest, spec.final_learning_rate]),
        "linear": ("linear_schedule", [spec.learning_rate, spec.final_learning_rate, rest]),
        "constant": ("linear_schedule", [spec.learning_rate, spec.learning_rate, rest]),
    }[spec.schedule]
    rate = build_schedule({"name": name, "arguments": arguments, "warmup": warmup})
    return measuring(getattr(optimizers, CLASSES[spec.optimizer]))(learning_rate=rate)


def measuring(base: Any) -> Any:
    """An optimizer's class, extended to keep the norm of the gradients in its state, which compiled steps return."""
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
