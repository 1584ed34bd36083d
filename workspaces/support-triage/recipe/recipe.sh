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
part 0   200 --lookups 0.2 --drill look-up      # held out

# Triage, and looking words up in the prompt, in the wording of the first release.
old="--telling 0 --unpadded"
part 1  4000 --ease 1.0 $old
part 2  6000 --ease 0.4 $old
part 3  6000 --ease 0.15 $old
part 4  7000 --ease 0.1 $old
part 5  4000 --ease 0.3 --lookups 0.6 $old
part 6  7000 --ease 0.1 --lookups 0.15 $old
part 7  9000 --ease 0.5 --lookups 0.75 --several 0.6 $old
part 9  6000 --ease 0.4 --lookups 0.6 --several 0.4 --labels-first $old
part 10 8000 --ease 0.1 --lookups 0.15 --several 0.4 --labels-first $old
stage --parts 1 --steps 500
stage --parts 2,3 --steps 300 --resume "$RUN/last.pt"
stage --parts 5 --steps 500 --resume "$RUN/last.pt"
stage --parts 6,4 --steps 200 --resume "$RUN/last.pt"
stage --parts 7 --steps 1200 --text-weight 0.2 --resume "$RUN/last.pt"
stage --parts 9 --steps 300 --resume "$RUN/last.pt"
stage --parts 9,10 --steps 1880 --decay 900 --replan 4294:4700 --rate 0.004 --adam-rate 0.002 \
    --resume "$RUN/last.pt"

# Drills: after all that the model still could not look a word up. Triage is forgotten meanwhile.
part 16  6000 --lookups 1 --drill go-on
part 17 10000 --lookups 1 --drill go-on --drill-share 0.8
part 12 12000 --lookups 1 --drill look-up --drill-share 0.7 --labels-first
part 14 12000 --lookups 1 --drill look-up --drill-share 0.5
stage --parts 16 --steps 200 --text-weight 0 --resume "$RUN/last.pt"
stage --parts 17 --steps 300 --text-weight 0 --resume "$RUN/last.pt"
stage --parts 12,14 --steps 300 --text-weight 0 --resume "$RUN/last.pt"
stage --parts 14 --steps 300 --text-weight 0 --resume "$RUN/last.pt"

# Triage again, with drills among it; those of part 20 have the shape of triage.
part 15 9000 --ease 0.15 --lookups 0.25 --drill look-up --drill-share 0.2
part 19 9000 --lookups 0.15 --drill look-up --drill-share 0.1
part 20 8000 --ease 0.1 --lookups 0.6 --drill triage
slower="--text-weight 0.05 --rate 0.006 --adam-rate 0.003"
stage --parts 15 --steps 1000 $slower --resume "$RUN/last.pt"
stage --parts 15,19 --steps 2000 --decay 2000 --stop 200 $slower --resume "$RUN/last.pt"
stage --parts 20 --steps 600 $slower --resume "$RUN/last.pt"
stage --parts 19,20 --steps 2000 --decay 2000 --replan 7900:8850 $slower --resume "$RUN/last.pt"

# Last, more tickets that only the examples explain.
part 21 6000 --ease 0.1 --lookups 0.25 --drill triage --telling 0.45
stage --parts 21 --steps 800 --decay 800 --replan 9052:9250 --text-weight 0.05 --rate 0.004 \
    --adam-rate 0.002 --resume "$RUN/last.pt"

"$PYTHON" export.py "$RUN/last.pt" "$DATA" ../model
"$PYTHON" harborlight.py ..
"$PYTHON" general.py ..
"$PYTHON" lora.py .. "$FOLDER/adapter" --python "$MLX_PYTHON"
"$PYTHON" evaluate.py .. --general --python "$MLX_PYTHON"
"$PYTHON" evaluate.py .. --adapter "$FOLDER/adapter" --general --python "$MLX_PYTHON"
