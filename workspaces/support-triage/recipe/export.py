#!/usr/bin/env python3
"""Write a checkpoint as a Hugging Face folder that mlx-lm and transformers load.

    export.py CHECKPOINT DATA MODEL_FOLDER

Weights stay float32: at this size a small file matters less than CPU engines, which are many times
slower with 16-bit weights.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import CONFIG


def export(checkpoint: Path, data: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights = torch.load(checkpoint)["model"]
    save_file({name: w.contiguous() for name, w in weights.items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    config = dict(CONFIG, torch_dtype="float32")
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(data / name, folder / name)


if __name__ == "__main__":
    export(*map(Path, sys.argv[1:4]))
