"""The pre-flight: checks of the rows with the real tokenizer and chat template, before the first step.

A check that fails ends the job before anything is learnt, unless the spec's `accept` names it with a reason. A finding
says what is wrong, in which rows, and what to change. Needs Python's standard library only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay_engine.train.encoder import Encoder, Rendered
from assay_engine.train.findings import Finding, RowsFile
from assay_engine.train.members import member_finding, unlearnt_members
from assay_engine.train.rows import TrainingError
from assay_engine.train.token_checks import Limits, token_findings

CHECKS = {
    "row_members": "nothing in a row is left out in silence",
    "learnt_tokens": "every row has tokens to learn",
    "cut": "no row is longer than `max_tokens`",
    "end_token": "every row teaches the end token",
    "start_token": "no row begins with two start tokens",
    "serving": "the prompts are those that the engine sends",
}
"""The checks by the names that `accept` uses, in the order of their events."""


class Preflight:
    """The checks of a job's files, and their findings."""

    def __init__(self, accept: dict[str, str]) -> None:
        self._accept = accept
        self.findings: list[Finding] = []
        self.rows = 0

    def check(
        self,
        rows: list[dict[str, Any]],
        form: str,
        name: str,
        encoder: Encoder,
        limits: Limits,
        places: list[str | None] | None = None,
    ) -> list[list[Rendered]]:
        """Render a file's rows and check them. Raises a `TrainingError` where a row doesn't fit the template."""
        file = RowsFile(name, len(rows), places)
        made: list[list[Rendered]] = []
        dropped: dict[int, list[str]] = {}

        def tokens_of(row: dict[str, Any]) -> object:
            return [one.tokens for one in encoder.render(row, form, 0)]

        for number, row in enumerate(rows, start=1):
            try:
                made.append(encoder.render(row, form, number))
                names = unlearnt_members(row, form, encoder.is_masked, tokens_of)
            except TrainingError:
                raise
            except Exception as error:
                raise TrainingError(
                    f"The row {file.named([number])} does not fit the chat template: {error}"
                ) from error
            if names:
                dropped[number] = names
        found = member_finding(dropped, file)
        self.findings += [found] if found is not None else []
        self.findings += token_findings([one for row in made for one in row], limits, file)
        self.rows += len(rows)
        return made

    def settle(self, write: Callable[..., None]) -> None:
        """Write the findings as events. Raises a `TrainingError` where one isn't accepted."""
        order = list(CHECKS)
        findings = sorted(self.findings, key=lambda found: order.index(found.check))
        refused = [found for found in findings if not self.reason(found.check)]
        for found in findings:
            reason = self.reason(found.check)
            write("preflight", **found.event(), **({"accepted": reason} if reason else {}))
            if reason:
                write("warning", message=f"{found.message} Accepted ({found.check}): {reason}")
        if not findings:
            write(
                "preflight",
                check="all",
                count=0,
                of=self.rows,
                rows=[],
                message="All pre-flight checks passed.",
                fix="",
            )
        if refused:
            raise TrainingError(refusal(refused))

    def reason(self, check: str) -> str:
        """The reason that was given for accepting a check; empty where it isn't accepted."""
        value = self._accept.get(check)
        return " ".join(value.split())[:500] if isinstance(value, str) else ""


def refusal(findings: list[Finding]) -> str:
    """The sentence that ends a job."""
    first = findings[0]
    checks = list(dict.fromkeys(found.check for found in findings))
    more = f" Also failed: {', '.join(checks[1:])}." if len(checks) > 1 else ""
    accept = " ".join(f"--accept {check}=REASON" for check in checks)
    return (
        f"Training did not start. {first.message} {first.fix}{more} What is meant so can be accepted: "
        f"`assay jobs resume` with {accept}."
    )


def check_accept(accept: object) -> None:
    """Refuse an `accept` that isn't a reason for each check. Raises a `TrainingError`."""
    if not isinstance(accept, dict):
        raise TrainingError("`accept` must be an object: for each accepted check its reason.")
    for name, reason in accept.items():
        if name not in CHECKS:
            raise TrainingError(f"`accept` names the check {name!r}; there are {', '.join(CHECKS)}.")
        if not isinstance(reason, str) or not reason.strip():
            raise TrainingError(f"`accept` needs a reason for {name}: say why it may fail.")
