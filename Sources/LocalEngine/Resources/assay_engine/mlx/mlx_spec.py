"""The spec of a job for mlx-lm."""

from __future__ import annotations

from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec


class MLXSpec(Spec):
    """Settings of a job for mlx-lm."""

    def check(self) -> None:
        super().check()
        if self.objective != "sft":
            raise TrainingError("mlx-lm learns from answers only; choose the back end trl to learn from pairs.")
        if self.gradient_checkpointing and self.dropout > 0:
            # The recomputed layers would drop other values than before, which makes the gradients wrong.
            raise TrainingError(
                "mlx-lm can't use `gradient_checkpointing` together with `dropout`; set one of them to false or 0."
            )
