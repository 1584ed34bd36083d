#!/bin/sh
# Makes the demo's data, base model and measurements from scratch.
#
#     recipe.sh FOLDER            FOLDER holds data, checkpoints and logs
#
# PYTHON has torch 2.13, numpy, tokenizers and safetensors; MLX_PYTHON has mlx-lm 0.32.
set -eu
FOLDER=$1
PYTHON=${PYTHON:-python3}
MLX_PYTHON=${MLX_PYTHON:-python3}
cd "$(dirname "$0")"
DATA=$FOLDER/data RUN=$FOLDER/run
export OMP_NUM_THREADS=1

part() { "$PYTHON" generate.py part "$DATA" "$@"; }
stage() { "$PYTHON" pretrain.py "$DATA" "$RUN" --tokens 1536 "$@"; }

"$PYTHON" generate.py tokenizer "$DATA"
#    seed count ease lookups several labels-first
part 0     300  0.0  0.0     0.0     1      # held out
part 1    4000  1.0  0.0     0.0     0
part 2    6000  0.4  0.0     0.0     0
part 3    6000  0.15 0.0     0.0     0
part 4    7000  0.1  0.0     0.0     0
part 5    4000  0.3  0.6     0.0     0
part 6    7000  0.1  0.15    0.0     0
part 7    9000  0.5  0.75    0.6     0
part 9    6000  0.4  0.6     0.4     1
part 10   8000  0.1  0.15    0.4     1

stage --parts 1 --steps 500
stage --parts 2,3 --steps 300 --resume "$RUN/last.pt"
stage --parts 5 --steps 500 --resume "$RUN/last.pt"
stage --parts 6,4 --steps 200 --resume "$RUN/last.pt"
stage --parts 7 --steps 1200 --text-weight 0.2 --resume "$RUN/last.pt"
stage --parts 9 --steps 300 --resume "$RUN/last.pt"
stage --parts 9,10 --steps 1880 --decay 900 --replan 4294:4700 --rate 0.004 --adam-rate 0.002 \
    --resume "$RUN/last.pt"

"$PYTHON" export.py "$RUN/last.pt" "$DATA" ../model
"$PYTHON" harborlight.py ..
"$PYTHON" general.py ..
"$PYTHON" lora.py .. "$FOLDER/adapter" --python "$MLX_PYTHON"
"$PYTHON" evaluate.py .. --general --python "$MLX_PYTHON"
"$PYTHON" evaluate.py .. --adapter "$FOLDER/adapter" --general --python "$MLX_PYTHON"
