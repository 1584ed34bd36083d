#!/usr/bin/env bash
# Measures the monitor of a long training job in a release build of the modules it needs: monitor.sh [STEPS [FOLDER]].
# STEPS is 10,000,000 unless told; FOLDER keeps the build and an events.jsonl of some 2 GB for the next time.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
steps=${1:-10000000}
folder=${2:-$root/.build/bench-monitor}
mkdir -p "$folder"
objects=()
# module NAME FILES…: compiles one module, with its internals open to the bench.
module() {
  local name=$1
  shift
  swiftc -O -swift-version 6 -wmo -parse-as-library -enable-testing -module-name "$name" -package-name assay -I "$folder" \
    -emit-module -emit-module-path "$folder/$name.swiftmodule" -c -o "$folder/$name.o" "$@"
  objects+=("$folder/$name.o")
}
for name in Evidence Drawing Grading DataChecks WorkbenchCore PaneTraining; do
  mapfile -t files < <(find "$root/Sources/$name" -name '*.swift')
  module "$name" "${files[@]}"
done
# Of the outer parts only what reads events.
module Processes "$root"/Sources/Processes/{AtomicFile,ProcessError}.swift
module Trainers "$root"/Sources/Trainers/{EventFile,FileTail,LogText,MetricScanner}.swift
swiftc -O -swift-version 6 -parse-as-library -enable-testing -I "$folder" "$root/Benchmarks/monitor.swift" "${objects[@]}" -o "$folder/monitor"
"$folder/monitor" "$steps" "$folder"
