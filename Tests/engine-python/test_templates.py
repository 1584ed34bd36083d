"""Chat templates that never end, with a stand-in for the second process and, where transformers is, the real one."""

from __future__ import annotations

import tempfile
import textwrap
import time
import unittest
from pathlib import Path
from typing import Any, ClassVar

import support

from assay_engine import isolation
from assay_engine.templates import renderer as limits
from assay_engine.templates import worker
from assay_engine.templates.renderer import Renderer, TemplateError, TemplateLimit

STAND_IN = """
    import os, sys, time
    sys.path.insert(0, {programs!r})
    from assay_engine.templates import worker

    def render(chat_template, **_):
        if chat_template == "loop":
            while True:
                pass
        if chat_template == "product":
            10 ** 10 ** 9
        if chat_template == "long":
            raise worker.TooLong
        if chat_template == "memory":
            raise MemoryError
        if chat_template == "error":
            raise ValueError("roles must alternate")
        if chat_template == "die":
            os._exit(1)
        if chat_template == "garbage":
            os.write(1, b"x" * 100)
        return [chat_template + str(os.getpid())], []

    worker.serve(sys.stdin.buffer, os.fdopen(1, "wb"), render, float(sys.argv[1]))
"""


class StandInTests(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        program = Path(place.name, "worker.py")
        program.write_text(textwrap.dedent(STAND_IN).format(programs=str(support.RESOURCES)))
        self.renderer = Renderer(0.5, isolation.python_command(str(program), "0.5"))
        self.addCleanup(self.renderer.close)

    def render(self, template: str, **options: Any) -> str:
        return self.renderer.render(conversations=[[]], chat_template=template, **options)[0][0]

    def test_one_process_serves_and_answers_are_remembered(self) -> None:
        first = self.render("a")
        self.assertEqual(self.render("b")[1:], first[1:])
        self.renderer.close()
        self.assertEqual(self.render("a"), first)

    def test_loops_and_products_are_stopped_in_time(self) -> None:
        for template in ("loop", "product"):
            begin = time.monotonic()
            with self.assertRaisesRegex(TemplateLimit, "did not finish within 0.5 s"):
                self.render(template)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertTrue(self.render("fine").startswith("fine"))

    def test_the_third_time_it_is_not_tried(self) -> None:
        for number in range(3):
            begin = time.monotonic()
            with self.assertRaises(TemplateLimit):
                self.render("loop", number=number)
        self.assertLess(time.monotonic() - begin, 0.2)

    def test_length_and_memory_are_limited(self) -> None:
        with self.assertRaisesRegex(TemplateLimit, "more than 8,000,000 characters"):
            self.render("long")
        with self.assertRaisesRegex(TemplateLimit, "GiB of memory"):
            self.render("memory")
        self.assertTrue(self.render("fine").startswith("fine"))

    def test_a_template_s_own_words_are_kept(self) -> None:
        with self.assertRaises(TemplateError) as caught:
            self.render("error")
        self.assertEqual(str(caught.exception), "roles must alternate")
        self.assertNotIsInstance(caught.exception, TemplateLimit)

    def test_a_process_that_dies_or_babbles_is_replaced(self) -> None:
        for template in ("die", "garbage"):
            with self.assertRaises(TemplateError):
                self.render(template)
            self.assertTrue(self.render("fine " + template).startswith("fine"))

    def test_a_large_request_is_sent_whole(self) -> None:
        self.assertTrue(self.render("fine", text="x" * 5_000_000).startswith("fine"))


class OutputTests(unittest.TestCase):
    def test_output_is_counted_while_it_is_written(self) -> None:
        class Template:
            render: Any

            def generate(self, parts: int) -> Any:
                for number in range(parts):
                    self.reached = number
                    yield "x" * 1_000_000

        worker.limit_output(Template)
        self.assertEqual(len(Template().render(3)), 3_000_000)
        template = Template()
        with self.assertRaises(worker.TooLong):
            template.render(1_000_000)
        self.assertEqual(template.reached, limits.MOST_CHARACTERS // 1_000_000)


@unittest.skipUnless(support.has("transformers"), support.lacks("transformers"))
class RealTests(unittest.TestCase):
    MESSAGES: ClassVar[list[dict[str, str]]] = [
        {"role": "user", "content": "Zoë \U0001f600 \ud800"},
        {"role": "assistant", "content": "b"},
    ]

    renderer: Renderer

    @classmethod
    def setUpClass(cls) -> None:
        cls.renderer = Renderer(3)
        cls.addClassCleanup(cls.renderer.close)

    def test_it_writes_what_transformers_writes(self) -> None:
        from transformers.utils.chat_template_utils import render_jinja_template

        template = (
            "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}{{ m | tojson }}{% endfor %}"
            "{% for t in tools or [] %}{{ t | tojson(indent=2) }}{% endfor %}{% if add_generation_prompt %}>{% endif %}"
        )
        for asks in (True, False):
            for tools in (None, [{"type": "function", "function": {"name": "f"}}]):
                request = {
                    "conversations": [self.MESSAGES],
                    "tools": tools,
                    "chat_template": template,
                    "add_generation_prompt": asks,
                    "bos_token": "<s>",
                }
                self.assertEqual(self.renderer.render(**request)[0], render_jinja_template(**request)[0])

    def test_templates_that_never_end_are_stopped(self) -> None:
        loop = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
        for template in (
            loop,
            "{{ 10 ** (10 ** 9) }}",
            "{{ 'x' * (messages | length * 10 ** 10) }}",
            "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
        ):
            begin = time.monotonic()
            with self.assertRaises(TemplateLimit, msg=template):
                self.renderer.render(conversations=[self.MESSAGES], chat_template=template)
            self.assertLess(time.monotonic() - begin, 60)

    def test_range_is_bounded_and_names_of_python_are_out_of_reach(self) -> None:
        for template in ("{{ range(10 ** 9) | list }}", "{{ ''.__class__.__mro__ }}", "{% include '/etc/passwd' %}"):
            with self.assertRaises(TemplateError, msg=template):
                self.renderer.render(conversations=[self.MESSAGES], chat_template=template)


if __name__ == "__main__":
    unittest.main()
