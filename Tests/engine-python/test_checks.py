"""Rows, the pre-flight and what is told of it, with a tokenizer of words."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support

from assay_engine.mlx.batches import Batches
from assay_engine.train import encoder, findings, members, preflight, rows
from assay_engine.train.encoder import Encoder
from assay_engine.train.findings import Finding
from assay_engine.train.preflight import Preflight
from assay_engine.train.rows import TrainingError
from assay_engine.train.token_checks import Limits

END, START = 1, 2


class Words(Encoder):
    """A template that writes a role, its words and an end; each text is a number of its own."""

    def __init__(self, is_masked: bool = True, end: str = "END", start: bool = False, served_extra: str = "") -> None:
        super().__init__(is_masked)
        self._numbers = {"END": END, "START": START}
        self._end, self._start, self._served_extra = end, start, served_extra

    def _encode(self, words: list[str]) -> list[int]:
        return [self._numbers.setdefault(word, len(self._numbers) + 1) for word in words]

    def text(self, text: str) -> list[int]:
        return self._encode([*text.split(), "END"])

    def chat(self, messages: list[dict[str, Any]], tools: Any, asks: bool) -> list[int]:
        words = ["START"] * (2 if self._start else 0)
        for message in messages:
            words += [f"<{message['role']}>", *(message.get("content") or "").split(), self._end]
        return self._encode(words + (["<assistant>"] if asks else []))

    def served(self, messages: list[dict[str, Any]], tools: Any) -> list[int]:
        return self.chat(messages, tools, True) + (self._encode([self._served_extra]) if self._served_extra else [])

    def begin(self, tokens: list[int], prompt: list[int]) -> int:
        return len(prompt)


def chat(*texts: str, **members: Any) -> dict[str, Any]:
    """A row whose messages alternate."""
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)], **members}


def found(rows: list[dict[str, Any]], encoder: Encoder, longest: int = 100, form: str = "messages") -> list[Finding]:
    preflight = Preflight({})
    preflight.check(rows, form, "train.jsonl", encoder, Limits(longest, {END: "END"}, START, "START"))
    return preflight.findings


class TokenTests(unittest.TestCase):
    def test_healthy_rows_pass(self) -> None:
        self.assertEqual(found([chat("a b", "c"), chat("d", "e f")], Words()), [])
        self.assertEqual(found([{"text": "a b"}], Words(), form="text"), [])
        self.assertEqual(found([{"prompt": "a", "completion": "b"}], Words(), form="completion"), [])
        pair = {"prompt": chat("a")["messages"], "chosen": [{"role": "assistant", "content": "b"}]}
        pair["rejected"] = [{"role": "assistant", "content": "c"}]
        self.assertEqual(found([pair], Words(), form="preference"), [])

    def test_an_end_token_that_no_answer_has_is_found(self) -> None:
        (finding,) = found([chat("a", "b"), chat("c", "d")], Words(end="STOP"))
        self.assertEqual((finding.check, finding.rows), ("end_token", [1, 2]))
        self.assertIn("2 of 2 rows (train.jsonl:1, 2) don't teach the end token END", finding.message)
        self.assertIn("eos_token", finding.fix)

    def test_an_end_token_in_the_prompt_is_not_enough_even_without_a_mask(self) -> None:
        class PromptsOnly(Words):
            def chat(self, messages: list[dict[str, Any]], tools: Any, asks: bool) -> list[int]:
                tokens = super().chat(messages, tools, asks)
                return tokens if asks else tokens[:-1]

        self.assertEqual([one.check for one in found([chat("a", "b")], PromptsOnly(is_masked=False))], ["end_token"])

    def test_a_model_without_an_end_token_is_named(self) -> None:
        preflight = Preflight({})
        preflight.check([chat("a", "b")], "messages", "f", Words(), Limits(99, {}, None))
        self.assertIn("names no end token", preflight.findings[0].message)

    def test_long_rows_are_told_with_the_length_they_need(self) -> None:
        findings = found([chat("a", "b"), chat("a", "b c d e f g")], Words(), longest=8)
        self.assertEqual([one.check for one in findings], ["cut"])
        self.assertEqual(findings[0].rows, [2])
        self.assertIn("`max_tokens` to 11", findings[0].fix)
        findings = found([chat("a b c d e f g h", "i")], Words(), longest=8)
        self.assertEqual([one.check for one in findings], ["learnt_tokens", "cut"])
        self.assertIn("The row train.jsonl:1 has no token to learn", findings[0].message)

    def test_two_start_tokens_are_found(self) -> None:
        self.assertEqual([one.check for one in found([chat("a", "b")], Words(start=True))], ["start_token"])
        self.assertEqual(
            [one.check for one in found([{"text": "START START a"}], Words(), form="text")], ["start_token"]
        )

    def test_prompts_that_serving_writes_otherwise_are_found(self) -> None:
        (finding,) = found([chat("a", "b")], Words(served_extra="<think>"))
        self.assertEqual(finding.check, "serving")
        self.assertIn("(train.jsonl:1: from token 4 on)", finding.message)

    def test_rows_are_named_by_the_lines_of_the_persons_files(self) -> None:
        file = findings.RowsFile("train.jsonl", 5, ["a.jsonl:7", "a.jsonl:9", "b:c/mix.jsonl:1", None])
        self.assertEqual(file.named([1, 2, 3, 4, 5]), "a.jsonl:7, 9, b:c/mix.jsonl:1, train.jsonl:4, 5")
        self.assertEqual(file.counted([2], "is", "are"), "The row a.jsonl:9 is")

    def test_no_more_than_ten_rows_are_named(self) -> None:
        (finding,) = found([chat("a", "b")] * 15, Words(end="STOP"))
        self.assertEqual(finding.event()["rows"], list(range(1, 11)))
        self.assertEqual((finding.event()["count"], finding.event()["of"]), (15, 15))
        self.assertIn("and 5 more", finding.message)


class MemberTests(unittest.TestCase):
    def names(self, row: dict[str, Any], encoder: Encoder | None = None) -> list[str]:
        encoder = encoder or Words()
        return members.unlearnt_members(
            row, "messages", encoder.is_masked, lambda other: encoder.render(other, "messages", 0)
        )

    def test_members_that_the_template_drops_are_named(self) -> None:
        row = chat("a", "b", tools=[{"type": "function"}])
        row["messages"][1] |= {"tool_calls": [{"id": "1"}], "reasoning_content": "because"}
        self.assertEqual(self.names(row), ["tools", "tool_calls", "reasoning_content"])
        self.assertEqual(self.names(chat("a", "b", prompt="x")), ["prompt"])

    def test_results_of_tools_that_the_template_drops_are_named(self) -> None:
        class WithoutTools(Words):
            def chat(self, messages: list[dict[str, Any]], tools: Any, asks: bool) -> list[int]:
                return super().chat([one for one in messages if one["role"] != "tool"], tools, asks)

        row = chat("a", "b", "c", "d")
        row["messages"][2] = {"role": "tool", "content": "r"}
        self.assertEqual(self.names(row, WithoutTools()), [members.TOOL_RESULTS])
        self.assertEqual(self.names(row), [])

    def test_members_that_the_template_writes_are_fine(self) -> None:
        class Thinking(Words):
            def chat(self, messages: list[dict[str, Any]], tools: Any, asks: bool) -> list[int]:
                made = [{**one, "content": f"{one.get('reasoning_content', '')} {one['content']}"} for one in messages]
                return super().chat(made, tools, asks)

        row = chat("a", "b")
        row["messages"][1]["reasoning_content"] = "because"
        self.assertEqual(self.names(row, Thinking()), [])
        self.assertEqual(self.names(row), ["reasoning_content"])

    def test_weights_are_kept_where_they_are_what_is_learnt(self) -> None:
        def weighted(*weights: object) -> dict[str, Any]:
            row = chat("a", "b", "c", "d")
            for place, weight in zip((1, 3), weights, strict=True):
                row["messages"][place]["weight"] = weight
            return row

        self.assertEqual(self.names(weighted(0, 1)), [])
        for weights in ((1, 1), (0, 0), (0, 0.5)):
            self.assertEqual(self.names(weighted(*weights)), ["weight"], weights)
        self.assertEqual(self.names(weighted(1, 1), Words(is_masked=False)), ["weight"][:0])
        self.assertEqual(self.names(weighted(0, 1), Words(is_masked=False)), ["weight"])

    def test_unknown_members_are_counted(self) -> None:
        rows = [chat("a", "b", source="x"), chat("a", "b"), chat("a", "b", source="y", id=3)]
        self.assertEqual(members.unknown_members(rows), {"id": [3], "source": [1, 3]})

    def test_arguments_are_served_as_objects(self) -> None:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"arguments": '{"a": 1}'}}],
        }
        (served,) = encoder.as_served([message])
        self.assertEqual(served["content"], "")
        self.assertEqual(served["tool_calls"][0]["function"]["arguments"], {"a": 1})
        self.assertEqual(message["tool_calls"][0]["function"]["arguments"], '{"a": 1}')


class SettlingTests(unittest.TestCase):
    def settle(self, accept: dict[str, str], end: str = "STOP", longest: int = 100) -> tuple[list[Any], str]:
        events: list[Any] = []
        preflight = Preflight(accept)
        preflight.check(
            [chat("a", "b c d e")], "messages", "train.jsonl", Words(end=end), Limits(longest, {END: "END"}, None)
        )
        try:
            preflight.settle(lambda event, **values: events.append((event, values)))
        except TrainingError as error:
            return events, str(error)
        return events, ""

    def test_a_failure_ends_the_job_with_one_sentence_and_its_fix(self) -> None:
        events, message = self.settle({})
        self.assertEqual([event for event, _ in events], ["preflight"])
        self.assertEqual(events[0][1]["check"], "end_token")
        self.assertTrue(
            message.startswith("Training did not start. The row train.jsonl:1 doesn't teach the end token END")
        )

    def test_all_failures_are_told(self) -> None:
        events, message = self.settle({}, longest=7)
        self.assertEqual([values["check"] for _, values in events], ["cut", "end_token"])
        self.assertIn("Also failed: end_token.", message)
        self.assertTrue(message.endswith("with --accept cut=REASON --accept end_token=REASON."))

    def test_an_accepted_failure_is_a_warning_with_its_reason(self) -> None:
        events, message = self.settle({"end_token": "we stop at STOP"})
        self.assertEqual(message, "")
        self.assertEqual([event for event, _ in events], ["preflight", "warning"])
        self.assertEqual(events[0][1]["accepted"], "we stop at STOP")
        self.assertIn("Accepted (end_token): we stop at STOP", events[1][1]["message"])

    def test_accepting_one_check_leaves_the_others(self) -> None:
        _, message = self.settle({"cut": "we know"}, longest=7)
        self.assertIn("end token", message)

    def test_success_is_told_once(self) -> None:
        events, message = self.settle({}, end="END")
        self.assertEqual([(event, values["check"]) for event, values in events], [("preflight", "all")])
        self.assertEqual(message, "")

    def test_accept_needs_known_checks_and_reasons(self) -> None:
        for accept in ({"nothing": "x"}, {"cut": ""}, {"cut": True}, ["cut"]):
            with self.assertRaises(TrainingError):
                preflight.check_accept(accept)
        preflight.check_accept({"cut": "the ends don't matter"})


class RowTests(unittest.TestCase):
    def read(self, *lines: Any, allowed: tuple[str, ...] = ("messages", "completion", "text")) -> Any:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "train.jsonl")
            path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
            return rows.read_rows(path, allowed)

    def test_every_odd_line_is_named_at_once(self) -> None:
        with self.assertRaises(TrainingError) as caught:
            self.read(chat("a", "b"), "{", chat("a", "b"), {"x": 1}, {"text": "a"}, "[" * 100_000)
        for number in (2, 4, 5, 6):
            self.assertIn(f"line {number} ", str(caught.exception))

    def test_the_worked_tokens_include_prompts_and_leave_out_padding(self) -> None:
        try:
            import mlx.core  # noqa: F401
        except ImportError:
            self.skipTest(support.lacks("mlx"))
        batches = Batches(seed=1)
        stream = batches([([1] * 5, 4), ([1] * 40, 39)], 2, 30, loop=True)
        next(stream)
        self.assertEqual(batches.worked_tokens, 35)


if __name__ == "__main__":
    unittest.main()
