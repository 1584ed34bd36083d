"""The pre-flight's findings in files of rows, as sentences that name the rows."""

from __future__ import annotations

from typing import Any, NamedTuple

MOST_ROWS = 10
"""Numbers of rows that are named."""


class RowsFile(NamedTuple):
    """A file of rows in the job's folder."""

    name: str
    total: int
    """The number of its rows."""
    places: list[str | None] | None = None
    """Places of its rows in the workspace's files, such as `train/main.jsonl:12`, where they are known."""

    def place(self, row: int) -> tuple[str, str]:
        """The file and the line of a row."""
        known = self.places[row - 1] if self.places and row <= len(self.places) else None
        file, _, line = (known or "").rpartition(":")
        return (file, line) if file else (self.name, str(row))

    def named(self, rows: list[int]) -> str:
        """The first ten places for a sentence; a file is named where it changes."""
        texts: list[str] = []
        last = ""
        for row in rows[:MOST_ROWS]:
            file, line = self.place(row)
            texts.append(line if file == last else f"{file}:{line}")
            last = file
        rest = len(rows) - MOST_ROWS
        return ", ".join(texts) + (f" and {rest} more" if rest > 0 else "")

    def counted(self, rows: list[int], one: str, more: str) -> str:
        """The beginning of a sentence about rows, with its verb."""
        if len(rows) == 1:
            return f"The row {self.named(rows)} {one}"
        return f"{len(rows)} of {self.total} rows ({self.named(rows)}) {more}"


class Finding(NamedTuple):
    """A check that failed for rows of a file."""

    check: str
    file: RowsFile
    rows: list[int]
    """Numbers of all rows concerned."""
    message: str
    fix: str

    def event(self) -> dict[str, Any]:
        """The values of its event `preflight`."""
        return {
            "check": self.check,
            "file": self.file.name,
            "count": len(self.rows),
            "of": self.file.total,
            "rows": self.rows[:MOST_ROWS],
            "message": self.message,
            "fix": self.fix,
        }


def finding(check: str, file: RowsFile, rows: list[int], verbs: tuple[str, str], rest: str, fix: str) -> Finding | None:
    """A finding whose sentence begins with the rows; None where there are none.

    `verbs` are the sentence's verb for one row and for several, `rest` is what comes after it.
    """
    return Finding(check, file, rows, f"{file.counted(rows, *verbs)} {rest}", fix) if rows else None
