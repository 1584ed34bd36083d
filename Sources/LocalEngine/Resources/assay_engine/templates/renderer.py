"""Chat templates rendered within limits of time, memory and length.

A template comes with a model, and its language (Jinja) has loops and large products: it may never end. Python can't
interrupt a thread that computes `'x' * 10**10` or `10**10**10` in C, so neither a signal handler nor an exception
sent to the thread is enough, and a fork of a process with a model's threads in it may hang. So templates are rendered
by a second process (worker.py), which has loaded nothing but what renders them. It is asked through pipes, gives up by
itself, and is killed when it doesn't answer in time.
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import hashlib
import json
import os
import select
import struct
import subprocess
import threading
import time
from typing import Any

from assay_engine import isolation

SECONDS = 5.0
"""Time limit for rendering once."""
START_SECONDS = 120.0
"""Time limit for the start of the second process, which loads transformers."""
MOST_CHARACTERS = 8_000_000
"""The longest prompt."""
MOST_BYTES = 1 << 30
"""Memory that rendering may take, beyond what the process needs anyway."""
MOST_ANSWER = 8 * MOST_CHARACTERS
"""Bytes of an answer, in which each character may take several."""
MOST_FAILURES = 2
"""How often a template may exceed a limit before it isn't tried any more."""
KEPT, KEPT_CHARACTERS = 256, 16_000_000
"""Prompts that are remembered: the server asks for each one twice."""


class TemplateError(ValueError):
    """The reason why a template gave no prompt, as a sentence or as its own message."""


class TemplateLimit(TemplateError):
    """The template exceeded a limit."""


def never_ends(seconds: float) -> str:
    """The sentence for a template that took too long."""
    return (
        f"The model's chat template did not finish within {seconds:g} s, so it was stopped. Correct the loop in its "
        "chat_template (tokenizer_config.json or chat_template.jinja), or use another model."
    )


def too_long() -> str:
    """The sentence for a template that wrote too much."""
    return (
        f"The model's chat template wrote more than {MOST_CHARACTERS:,} characters, so it was stopped. Correct its "
        "chat_template (tokenizer_config.json or chat_template.jinja), or use another model."
    )


def too_large() -> str:
    """The sentence for a template that ran out of memory."""
    return (
        f"The model's chat template used more than {MOST_BYTES >> 30} GiB of memory, so it was stopped. Correct its "
        "chat_template (tokenizer_config.json or chat_template.jinja), or use another model."
    )


def inert(value: object) -> str:
    """A placeholder for a value that JSON can't express."""
    return f"<{type(value).__name__}>"


class Renderer:
    """The second process and a memory of its answers; safe to use from several threads."""

    def __init__(self, seconds: float = SECONDS, command: list[str] | None = None) -> None:
        self.seconds = seconds
        self._command = command or isolation.program_command("render-templates", f"{seconds:g}")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._failures: dict[str, list[str]] = {}
        self._known: collections.OrderedDict[bytes, tuple[list[str], list[Any]]] = collections.OrderedDict()
        self._known_characters = 0

    def start(self) -> None:
        """Start the second process, without waiting for it."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the second process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with contextlib.suppress(OSError):
                    pipe.close()

    def render(self, **request: Any) -> tuple[list[str], list[Any]]:
        """The result of transformers' `render_jinja_template` for the same arguments.

        Raises `TemplateLimit`, or `TemplateError` with the template's own message.
        """
        question = json.dumps(request, default=inert).encode()
        key = hashlib.sha256(question).digest()
        template = str(request.get("chat_template"))
        with self._lock:
            if (known := self._known.get(key)) is not None:
                return known
            failures = self._failures.setdefault(template, [])
            if len(failures) >= MOST_FAILURES:
                raise TemplateLimit(failures[-1])
            try:
                answer = self._ask(question)
            except TemplateLimit as error:
                failures.append(str(error))
                raise
            failures.clear()
            self._remember(key, answer)
            return answer

    def _remember(self, key: bytes, answer: tuple[list[str], list[Any]]) -> None:
        self._known[key] = answer
        self._known_characters += sum(map(len, answer[0]))
        while len(self._known) > KEPT or self._known_characters > KEPT_CHARACTERS:
            _, old = self._known.popitem(last=False)
            self._known_characters -= sum(map(len, old[0]))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            # Neither the preloaded BLAS nor the accelerator is anything to a process that handles text.
            environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
            environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "USE_TORCH": "0"}
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                bufsize=0,
                start_new_session=True,
            )
            self._is_ready = False
        return self._process

    def _ask(self, question: bytes) -> tuple[list[str], list[Any]]:
        process = self._started()
        try:
            if not self._is_ready:
                self._receive(process, START_SECONDS)
                self._is_ready = True
            self._send(process, question, self.seconds + 1)
            answer = self._receive(process, self.seconds + 1)
        except TimeoutError:
            self.close()
            raise TemplateLimit(never_ends(self.seconds)) from None
        except EOFError:
            # It gives up by a signal, and then says no more.
            was_ready = self._is_ready
            self.close()
            if not was_ready:
                raise TemplateError(
                    f"The program that renders chat templates doesn't start (status {process.returncode}). Install the "
                    "engine again with `assay engine install`."
                ) from None
            raise TemplateLimit(never_ends(self.seconds)) from None
        match answer:
            case {"rendered": list(rendered), "indices": list(indices)}:
                return rendered, indices
            case {"limit": "characters"}:
                raise TemplateLimit(too_long())
            case {"limit": "memory"}:
                self.close()
                raise TemplateLimit(too_large())
            case {"error": str(text)}:
                raise TemplateError(text)
        self.close()
        raise TemplateError("The program that renders chat templates gave no answer that can be read.")

    @staticmethod
    def _send(process: subprocess.Popen[bytes], data: bytes, seconds: float) -> None:
        """Write a message. Raises `TimeoutError` or `EOFError`."""
        assert process.stdin is not None
        descriptor = process.stdin.fileno()
        os.set_blocking(descriptor, False)
        rest = memoryview(struct.pack("<Q", len(data)) + data)
        deadline = time.monotonic() + seconds
        while rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [descriptor], [], left)[1]:
                raise TimeoutError
            try:
                rest = rest[os.write(descriptor, rest[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise EOFError from None

    @staticmethod
    def _receive(process: subprocess.Popen[bytes], seconds: float) -> Any:
        """Read a message. Raises `TimeoutError` or `EOFError`."""
        assert process.stdout is not None
        descriptor = process.stdout.fileno()
        deadline = time.monotonic() + seconds
        data, wanted = bytearray(), 8
        while len(data) < wanted:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError
            part = os.read(descriptor, min(1 << 20, wanted - len(data)))
            if not part:
                raise EOFError
            data += part
            if wanted == 8 and len(data) == 8:
                (length,) = struct.unpack("<Q", data)
                if length > MOST_ANSWER:
                    raise EOFError
                wanted += length
        try:
            return json.loads(data[8:])
        except ValueError:
            raise EOFError from None


def install(seconds: float = SECONDS) -> Renderer:
    """Have transformers render all chat templates of this process within limits, from now on."""
    from transformers import tokenization_utils_base

    renderer = Renderer(seconds)
    atexit.register(renderer.close)

    def render(
        conversations: list[Any],
        tools: list[Any] | None = None,
        documents: list[Any] | None = None,
        chat_template: str | None = None,
        **options: Any,
    ) -> tuple[list[str], list[Any]]:
        return renderer.render(
            conversations=[getattr(chat, "messages", chat) for chat in conversations],
            tools=tools,
            documents=documents,
            chat_template=chat_template,
            **options,
        )

    tokenization_utils_base.render_jinja_template = render
    renderer.start()
    return renderer
