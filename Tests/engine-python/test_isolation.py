"""Every program starts with `-I` from any folder, and takes no Python file from where it is started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import support
import assay_start

BAIT = (
    "json",
    "logging",
    "subprocess",
    "argparse",
    "jinja2",
    "mlx",
    "numpy",
    "torch",
    "transformers",
    "assay_start",
    "training_job",
    "sitecustomize",
    "usercustomize",
)
PROGRAMS = {
    "serve.py": (["--help"], ("mlx_lm",)),
    "adapters.py": (["--help"], ()),
    "train.py": ([], ()),
    "train_trl.py": ([], ()),
    "assay_engine.py": ([], ("mlx_lm",)),
    "examine_trl.py": ([], ("trl",)),
    "system_watch.py": ([], ()),
    "template_worker.py": (["1"], ("transformers",)),
}
"""Programs with arguments that end at once, and what they need."""


class StartTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        for name in BAIT:
            (self.folder / f"{name}.py").write_text(f"open({str(self.folder / 'RAN')!r}, 'a').write({name!r} + ' ')\n")

    def start(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = (
            os.environ | {"PYTHONPATH": str(self.folder), "PYTHONSTARTUP": str(self.folder / "json.py")} | variables
        )
        return subprocess.run(
            [sys.executable, *assay_start.PYTHON, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def test_programs_start_anywhere_and_run_nothing_foreign(self) -> None:
        for name, (arguments, needed) in PROGRAMS.items():
            with self.subTest(name):
                result = self.start(str(support.PROGRAMS / name), *arguments, ASSAY_BLAS="none")
                self.assertNotIn("ModuleNotFoundError: No module named 'assay", result.stderr)
                self.assertNotIn("No module named 'train", result.stderr)
                if support.has(*needed) and name not in ("train.py", "train_trl.py", "system_watch.py"):
                    self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse((self.folder / "RAN").exists())

    def test_children_are_isolated_too(self) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(support.PROGRAMS)!r}); import assay_start, subprocess, os;"
            "assay_start.isolate(); print(os.getcwd());"
            "subprocess.run([sys.executable, '-c', 'import sys; print(sys.path); import json'], check=True)"
        )
        result = self.start("-c", code)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(str(self.folder), result.stdout)
        self.assertFalse((self.folder / "RAN").exists())

    def test_every_program_that_imports_ours_finds_its_folder_first(self) -> None:
        for name in PROGRAMS:
            text = (support.PROGRAMS / name).read_text()
            if re.search(r"^(import|from) (assay_|train|adapter|template|model_)", text, re.MULTILINE):
                place = text.index("sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))")
                first = re.search(r"^(import|from) (assay_|train|adapter|template|model_|server_)", text, re.MULTILINE)
                self.assertLess(place, first.start(), name)

    def test_no_program_trusts_code_or_reads_pickles(self) -> None:
        for path in support.PROGRAMS.glob("*.py"):
            text = path.read_text()
            self.assertNotRegex(text, r"trust_remote_code[\"']?\s*[=:]\s*True", path.name)
            self.assertNotRegex(text, r"(?<!\.)\b(pickle|eval|exec)\b\(|torch\.load\(", path.name)


class TemporaryTests(unittest.TestCase):
    def test_what_the_dead_left_is_swept_and_nothing_else(self) -> None:
        ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
        own = assay_start.temporary_name()
        dead = own.replace(f"-{os.getpid()}-", f"-{int(ended.stdout)}-")
        kept = [own, ".assay-another9-1-7.tmp", "notes.tmp", ".assay-x.tmp"]
        with tempfile.TemporaryDirectory() as place:
            for name in [*kept, dead]:
                Path(place, name).touch()
            (Path(place, dead + "x")).mkdir()
            folder = Path(place, dead.replace(".tmp", "0.tmp"))
            folder.mkdir()
            (folder / "part").touch()
            assay_start.sweep(Path(place))
            self.assertEqual(sorted(os.listdir(place)), sorted([*kept, dead + "x"]))


class ListTests(unittest.TestCase):
    def test_each_package_is_pinned_with_hashes(self) -> None:
        lists = sorted(support.PROGRAMS.glob("requirements-*.txt"))
        self.assertGreaterEqual(len(lists), 9)
        for path in lists:
            text = path.read_text().replace("\\\n", " ")
            for line in text.splitlines():
                if not line.startswith("#"):
                    self.assertRegex(line, r"^[\w.-]+==[\w.+]+(\s+--hash=sha256:[0-9a-f]{64})+$", path.name)
            self.assertNotIn("://", text)


if __name__ == "__main__":
    unittest.main()
