"""Errors as sentences, and requested ends."""

from __future__ import annotations

import errno
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import support  # noqa: F401

from assay_engine.model_checks import ModelError
from assay_engine.train import ends
from assay_engine.train.rows import TrainingError
from assay_engine.train.spec import Spec


class LocalEntryNotFoundError(ValueError):
    """Named like the hub's own error."""


class SentenceTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = Path(place.name)
        # Whatever the disk of the machine that runs the tests holds.
        usage = mock.patch("shutil.disk_usage", return_value=mock.Mock(free=1 << 40))
        usage.start()
        self.addCleanup(usage.stop)

    def say(self, error: BaseException, **spec: object) -> str:
        values = {"model": str(self.folder)} | spec
        return ends.sentence(error, self.folder, Spec(**values))  # type: ignore[arg-type]

    def test_own_errors_are_sentences_already(self) -> None:
        self.assertEqual(self.say(TrainingError("Give `steps`.")), "Give `steps`.")
        self.assertEqual(self.say(ModelError("It is not there.")), "It is not there.")

    def test_disk_and_permissions(self) -> None:
        for code, words in (
            (errno.ENOSPC, "The disk is full"),
            (errno.EDQUOT, "Your quota of the disk is used up"),
            (errno.EACCES, "A file could not be opened or written"),
            (errno.EROFS, "A file could not be opened or written"),
        ):
            self.assertIn(words, self.say(OSError(code, "x")))
            try:
                raise RuntimeError("safetensors failed") from OSError(code, "x")
            except RuntimeError as error:
                self.assertIn(words, self.say(error))
        self.assertIn("The disk is full", self.say(RuntimeError("I/O error: No space left on device (os error 28)")))
        self.assertIn("Your quota", self.say(RuntimeError("Disk quota exceeded")))

    def test_a_disk_that_is_nearly_full_explains_any_error(self) -> None:
        with mock.patch("shutil.disk_usage", return_value=mock.Mock(free=1 << 20)):
            self.assertIn("The disk is full", self.say(RuntimeError("failed to write")))

    def test_memory(self) -> None:
        for error in (
            MemoryError(),
            RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
            RuntimeError("[malloc] Unable to allocate 1099511627776 bytes."),
            RuntimeError("[METAL] Command buffer execution failed: Insufficient Memory"),
            RuntimeError("std::bad_alloc"),
        ):
            said = self.say(error)
            self.assertRegex(said, "^Memory ran out .*Lower `batch_size`.*turn on `gradient_checkpointing`")
            self.assertNotIn("choose `method` lora", said)
        said = self.say(MemoryError(), method="full", gradient_checkpointing=True)
        self.assertIn("choose `method` lora", said)
        self.assertNotIn("`gradient_checkpointing`", said)

    def test_libraries(self) -> None:
        self.assertIn("The GPU reported an error", self.say(RuntimeError("CUDA error: an illegal memory access")))
        self.assertIn("A package is missing", self.say(ImportError("No module named 'trl'")))

    def test_models_that_are_missing(self) -> None:
        gone = str(self.folder / "gone")
        self.assertIn("is not on this machine", self.say(FileNotFoundError(2, "x"), model=gone))
        self.assertIn("could not be fetched", self.say(LocalEntryNotFoundError("x"), model=gone, allow_download=True))
        # Another ValueError has nothing to do with the model's place.
        self.assertIn("Training stopped with ValueError: x", self.say(ValueError("x"), model=gone))
        self.assertIn("Training stopped with LocalEntryNotFoundError", self.say(LocalEntryNotFoundError("x")))

    def test_models_that_are_unknown(self) -> None:
        self.assertIn("does not know models of this kind", self.say(ValueError("Model type newt not supported.")))
        self.assertIn("needs code of its own", self.say(ValueError("Please pass trust_remote_code=True")))

    def test_others_are_told_on_one_line(self) -> None:
        self.assertEqual(self.say(KeyError("a\n\tb")), "Training stopped with KeyError: 'a\\n\\tb'")
        self.assertEqual(self.say(RuntimeError("a\n b")), "Training stopped with RuntimeError: a b")
        self.assertEqual(self.say(RuntimeError()), "Training stopped with RuntimeError: RuntimeError")
        self.assertLess(len(self.say(RuntimeError("x" * 9000))), 700)

    def test_causes_that_go_in_circles_end(self) -> None:
        one, two = RuntimeError("one"), RuntimeError("two")
        one.__cause__, two.__cause__ = two, one
        self.assertEqual(ends.causes(one), [one, two])


class AskedEndTests(unittest.TestCase):
    def asked(self, text: str | None) -> tuple[str, str]:
        with tempfile.TemporaryDirectory() as place:
            if text is not None:
                Path(place, "stop.json").write_text(text)
            return ends.asked_end(Path(place))

    def test_a_request_says_what_the_end_means(self) -> None:
        for state in ends.STOPS:
            self.assertEqual(self.asked(json.dumps({"state": state, "message": "m"})), (state, "m"))
        self.assertEqual(self.asked('{"state": "paused"}'), ("paused", "Stopped as asked."))
        self.assertEqual(len(self.asked(json.dumps({"state": "paused", "message": "m" * 5000}))[1]), 1000)

    def test_without_a_request_that_can_be_read_it_is_canceled(self) -> None:
        for text in (None, "", "{", "[]", "null", "{}", '{"state": "exploded"}', '{"state": ["paused"]}'):
            self.assertEqual(self.asked(text), ("canceled", "Stopped as asked."), text)

    def test_what_is_unfinished_goes_and_checkpoints_stay(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for name in ("0000010", ".0000020"):
                (folder / "checkpoints" / name).mkdir(parents=True)
            (folder / ".reserve").touch()
            ends.clear_unfinished(folder, folder / ".reserve")
            self.assertEqual([path.name for path in (folder / "checkpoints").iterdir()], ["0000010"])
            self.assertFalse((folder / ".reserve").exists())


if __name__ == "__main__":
    unittest.main()
