"""Renders chat templates for renderer.py: `template_worker.py SECONDS`.

Messages in both directions are JSON after its length in eight bytes. The first one says that the program is ready. It
ends when its input does, as when the process that started it has died, and when rendering takes too long.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

from assay_engine import isolation
from assay_engine.templates.renderer import MOST_BYTES, MOST_CHARACTERS


class TooLong(Exception):
    """A template has written more than a prompt may have."""


def limit_memory() -> None:
    """Limit memory to what is in use now plus `MOST_BYTES` (on Linux; elsewhere time is the only limit)."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, used + MOST_BYTES))


def limit_output(template_class: Any) -> None:
    """Have templates stop as soon as they have written too much."""

    def render(self: Any, *arguments: Any, **options: Any) -> str:
        parts: list[str] = []
        size = 0
        for part in self.generate(*arguments, **options):
            parts.append(part)
            size += len(part)
            if size > MOST_CHARACTERS:
                raise TooLong
        return "".join(parts)

    template_class.render = render


def answer(render: Any, request: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The answer to a request. The signal's default action, which ends the process, interrupts long products too."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        rendered, indices = render(**request)
        return {"rendered": rendered, "indices": indices}
    except TooLong:
        return {"limit": "characters"}
    except MemoryError:
        return {"limit": "memory"}
    except RecursionError:
        return {"error": "The chat template calls itself without an end."}
    except Exception as error:
        return {"error": " ".join(str(error).split())[:1000] or type(error).__name__}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def send(file: BinaryIO, value: dict[str, Any]) -> None:
    """Write one message."""
    data = json.dumps(value).encode()
    file.write(struct.pack("<Q", len(data)) + data)
    file.flush()


def serve(source: BinaryIO, target: BinaryIO, render: Any, seconds: float) -> None:
    """Answer until there are no more requests."""
    send(target, {"ready": True})
    while len(head := source.read(8)) == 8:
        (length,) = struct.unpack("<Q", head)
        send(target, answer(render, json.loads(source.read(length)), seconds))


def main(arguments: Sequence[str]) -> int:
    """Answer requests on the standard input, each within a number of seconds."""
    isolation.isolate()
    # The messages have the output to themselves.
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    import jinja2
    from transformers.utils.chat_template_utils import render_jinja_template

    limit_output(jinja2.Template)
    limit_memory()
    serve(sys.stdin.buffer, target, render_jinja_template, float(arguments[0]))
    return 0
