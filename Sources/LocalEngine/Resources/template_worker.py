"""Renders chat templates for template_limits.py: `template_worker.py SECONDS`.

Messages in both directions are JSON after its length in eight bytes. The first one says that the program is ready. It
ends when its input does, as when the process that started it has died, and when rendering takes too long.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from typing import Any, BinaryIO

import assay_start
from template_limits import MOST_BYTES, MOST_CHARACTERS


class TooLong(Exception):
    """More was written than a prompt may have."""


def limit_memory() -> None:
    """Take no more memory than what is in use now and `MOST_BYTES` (Linux; elsewhere time is the only limit)."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, used + MOST_BYTES))


def limit_output(template_class: Any) -> None:
    """Have templates stop when they have written too much, rather than when they have ended."""

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
    """What comes of a request. The signal's own action, which ends the process, also interrupts long products."""
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


def main() -> None:
    assay_start.isolate()
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
    serve(sys.stdin.buffer, target, render_jinja_template, float(sys.argv[1]))


if __name__ == "__main__":
    main()
