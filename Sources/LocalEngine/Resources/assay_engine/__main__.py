"""Runs one of the engine's programs: `python -I -X utf8 -u …/assay_engine/__main__.py PROGRAM ARGUMENTS…`.

With `-I` Python imports nothing from the working folder, from the user's own packages or from where variables point,
and nothing from the program's own folder either. The folder that holds this package is put first on `sys.path` here,
before anything else is imported.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import importlib

PROGRAMS = {
    "adapters": "assay_engine.adapters.adapter_command",
    "render-templates": "assay_engine.templates.worker",
    "self-test": "assay_engine.self_test",
    "serve": "assay_engine.serve.serve_command",
    "train-mlx": "assay_engine.mlx.mlx_job",
    "train-trl": "assay_engine.trl.trl_command",
}
"""Modules by program; each has `main`, which takes the arguments and returns the exit status."""


def main() -> int:
    """Run the program that the first argument names, and return its exit status."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in PROGRAMS:
        print(f"usage: {os.path.basename(__file__)} {{{','.join(PROGRAMS)}}} …", file=sys.stderr)
        return 2
    status: int = importlib.import_module(PROGRAMS[name]).main(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
