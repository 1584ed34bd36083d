#!/usr/bin/env python3
"""Fine-tune the demo with mlx_lm.lora, with the settings of the workspace's `training:`.

    lora.py WORKSPACE ADAPTER_FOLDER [--mix ROWS] [--rank N] [--rate R] [--iters N] ...

Splits train/main.jsonl 90/10 by a fixed seed, mixes ROWS rows of train/general.jsonl into the
training part against forgetting, and trains on answers only. Standard library only; mlx-lm runs in
the Python given with --python.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from evaluate import OPENBLAS, read_jsonl
from harborlight import write_jsonl

SEED = 7
WARM_UP = 30                       # steps


def split(workspace: Path, folder: Path, mix: int) -> None:
    rows = read_jsonl(workspace / "train/main.jsonl")
    random.Random(SEED).shuffle(rows)
    held_back = len(rows) // 10
    general = read_jsonl(workspace / "train/general.jsonl")
    random.Random(SEED).shuffle(general)
    write_jsonl(folder / "valid.jsonl", rows[:held_back])
    write_jsonl(folder / "train.jsonl", rows[held_back:] + general[:mix])


def settings(args, adapter: Path) -> dict:
    return {
        "model": str(args.model or args.workspace / "model"), "train": True,
        "data": str(adapter / "data"), "adapter_path": str(adapter),
        "fine_tune_type": "lora", "optimizer": "adam", "seed": SEED, "num_layers": -1,
        "batch_size": args.batch, "iters": args.iters, "val_batches": -1,
        "learning_rate": args.rate,
        "lr_schedule": {"name": "cosine_decay", "arguments": [args.rate, args.iters - WARM_UP, 0.0],
                        "warmup": WARM_UP},
        "steps_per_report": 50, "steps_per_eval": args.iters, "save_every": 100000,
        "max_seq_length": 768, "mask_prompt": True,
        "lora_parameters": {"rank": args.rank, "dropout": args.dropout, "scale": args.scale},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--mix", type=int, default=28)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--scale", type=float, default=2.0)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--iters", type=int, default=500)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--python", default=sys.executable)
    args = parser.parse_args()
    split(args.workspace, args.adapter / "data", args.mix)
    config = args.adapter / "lora.yaml"
    config.write_text(json.dumps(settings(args, args.adapter), indent=1))  # JSON is YAML
    # At this size one thread of OpenBLAS is as fast as two, and compiling kernels takes longer
    # than it saves.
    environment = dict(os.environ, HF_HUB_OFFLINE="1", OPENBLAS_NUM_THREADS="1",
                       MLX_DISABLE_COMPILE="1")
    if os.path.exists(OPENBLAS):
        environment.setdefault("LD_PRELOAD", OPENBLAS)
    began = time.time()
    subprocess.run([args.python, "-m", "mlx_lm", "lora", "-c", str(config)], env=environment,
                   check=True)
    print(f"{time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
