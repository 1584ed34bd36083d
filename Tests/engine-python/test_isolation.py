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

from assay_engine import __main__ as main
from assay_engine import files, isolation

BAIT = (
    "json",
    "logging",
    "subprocess",
    "argparse",
    "importlib",
    "jinja2",
    "mlx",
    "numpy",
    "torch",
    "transformers",
    "trl",
    "assay_engine",
    "isolation",
    "sitecustomize",
    "usercustomize",
)
PROGRAMS = {
    "serve": (["--help"], ("mlx_lm",)),
    "adapters": (["--help"], ()),
    "train-mlx": ([], ()),
    "train-trl": ([], ()),
    "self-test": (["mlx"], ("mlx_lm",)),
    "render-templates": (["1"], ("transformers",)),
}
"""Programs with arguments that end at once, and the packages they need."""


class StartTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        for name in BAIT:
            (self.folder / f"{name}.py").write_text(f"open({str(self.folder / 'RAN')!r}, 'a').write({name!r} + ' ')\n")

    def start(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = (
            os.environ | {"PYTHONPATH": str(self.folder), "PYTHONSTARTUP": str(self.folder / "json.py")} | variables
        )
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def test_all_programs_are_tried(self) -> None:
        self.assertEqual(PROGRAMS.keys(), main.PROGRAMS.keys())

    def test_programs_start_anywhere_and_run_nothing_foreign(self) -> None:
        for name, (arguments, needed) in PROGRAMS.items():
            with self.subTest(name):
                result = self.start(*support.command(name, *arguments), ASSAY_BLAS="none")
                self.assertNotIn("No module named 'assay", result.stderr)
                if name.startswith("train-"):
                    self.assertIn("usage: ", result.stderr)
                elif support.has(*needed):
                    self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse((self.folder / "RAN").exists())

    def test_a_program_that_is_none_is_refused(self) -> None:
        for arguments in ([], ["os"], ["assay_engine.serve"], ["../serve"]):
            result = self.start(*isolation.python_command(str(isolation.MAIN), *arguments))
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn("usage: ", result.stderr)
        self.assertFalse((self.folder / "RAN").exists())

    def test_a_watch_that_was_copied_elsewhere_runs_by_itself(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        script = Path(place.name, "system_watch.py")
        script.write_bytes((support.PACKAGE / "train/system_watch.py").read_bytes())
        result = self.start(*isolation.python_command(str(script)))
        self.assertIn("usage: system_watch.py PID EVENTS_FILE", result.stderr)
        self.assertFalse((self.folder / "RAN").exists())

    def test_children_are_isolated_too(self) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(support.RESOURCES)!r}); import os, subprocess;"
            "from assay_engine import isolation; isolation.isolate(); print(os.getcwd());"
            "subprocess.run([sys.executable, '-c', 'import sys; print(sys.path); import json, trl'])"
        )
        result = self.start(*isolation.python_command("-c", code))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(str(self.folder), result.stdout)
        lines = result.stdout.splitlines()
        # The package's own folders `mlx` and `trl` are in nobody's way.
        self.assertEqual(lines[0], str(support.RESOURCES))
        self.assertNotIn("assay_engine", lines[1])
        self.assertFalse((self.folder / "RAN").exists())

    def test_nothing_foreign_is_imported_before_the_folder_is_first(self) -> None:
        text = (support.PACKAGE / "__main__.py").read_text()
        first = text.index("sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))")
        self.assertEqual(re.findall(r"^(?:import|from) .*", text[:first], re.MULTILINE), ["import os", "import sys"])

    def test_importing_a_module_takes_the_standard_library_only(self) -> None:
        heavy = {"serve/handler.py", "serve/model.py", "trl/trainer.py"}
        paths = [path.relative_to(support.RESOURCES) for path in sorted(support.PACKAGE.rglob("*.py"))]
        names = [
            ".".join(path.with_suffix("").parts)
            for path in paths
            if str(path.relative_to("assay_engine")) not in heavy and not path.name.startswith("__")
        ]
        self.assertGreater(len(names), 30)
        code = (
            f"import sys; sys.path.insert(0, {str(support.RESOURCES)!r}); import importlib;"
            f"[importlib.import_module(name) for name in {names!r}];"
            "print([n for n in sys.modules if n.split('.')[0] in ('mlx', 'mlx_lm', 'numpy', 'torch', 'transformers')])"
        )
        result = self.start(*isolation.python_command("-S", "-c", code))
        self.assertEqual((result.returncode, result.stdout.strip()), (0, "[]"), result.stderr)

    def test_no_program_trusts_code_or_reads_pickles(self) -> None:
        for path in support.PACKAGE.rglob("*.py"):
            text = path.read_text()
            self.assertNotRegex(text, r"trust_remote_code[\"']?\s*[=:]\s*True", path.name)
            self.assertNotRegex(text, r"(?<!\.)\b(pickle|eval|exec)\b\(|torch\.load\(", path.name)


class TemporaryTests(unittest.TestCase):
    def test_what_the_dead_left_is_swept_and_nothing_else(self) -> None:
        ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
        own = files.temporary_name()
        dead = own.replace(f"-{os.getpid()}-", f"-{int(ended.stdout)}-")
        kept = [own, ".assay-another9-1-7.tmp", "notes.tmp", ".assay-x.tmp"]
        with tempfile.TemporaryDirectory() as place:
            for name in [*kept, dead]:
                Path(place, name).touch()
            (Path(place, dead + "x")).mkdir()
            folder = Path(place, dead.replace(".tmp", "0.tmp"))
            folder.mkdir()
            (folder / "part").touch()
            files.sweep(Path(place))
            self.assertEqual(sorted(os.listdir(place)), sorted([*kept, dead + "x"]))


class ListTests(unittest.TestCase):
    def test_each_package_is_pinned_with_hashes(self) -> None:
        lists = sorted(support.RESOURCES.glob("requirements-*.txt"))
        self.assertGreaterEqual(len(lists), 9)
        for path in lists:
            text = path.read_text().replace("\\\n", " ")
            for line in text.splitlines():
                if not line.startswith("#"):
                    self.assertRegex(line, r"^[\w.-]+==[\w.+]+(\s+--hash=sha256:[0-9a-f]{64})+$", path.name)
            self.assertNotIn("://", text)


if __name__ == "__main__":
    unittest.main()
