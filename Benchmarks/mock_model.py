"""A chat-completions server on loopback that answers at a given rate, for benchmarks.

mock_model.py PORT-FILE OUTPUTS-PER-SECOND [LATENCY-MS]   (0: as fast as it can)
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

ANSWER = {
    "id": "bench",
    "object": "chat.completion",
    "created": 1,
    "model": "mock",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": '{"label": "a"}'},
        }
    ],
    "usage": {"prompt_tokens": 40, "completion_tokens": 6, "total_tokens": 46},
}
BODY = json.dumps(ANSWER).encode()
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Connection(asyncio.Protocol):
    """One client: its requests are answered in order, whatever they ask."""

    # When the next answer may go, for all connections.
    next_turn = 0.0

    def __init__(self, rate: float, latency: float) -> None:
        self.rate, self.latency = rate, latency
        self.pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head = self.pending[:end].lower()
            start = head.find(b"\r\ncontent-length:")
            length = int(head[start + 17 :].split(b"\r\n")[0]) if start >= 0 else 0
            if len(self.pending) < end + 4 + length:
                return
            self.pending = self.pending[end + 4 + length :]
            self.answer()

    def answer(self) -> None:
        """Sends the reply when it is time."""
        loop = asyncio.get_running_loop()
        delay = self.latency
        if self.rate:
            Connection.next_turn = max(Connection.next_turn + 1 / self.rate, loop.time())
            delay += Connection.next_turn - loop.time()
        if delay > 0:
            loop.call_later(delay, self.transport.write, REPLY)
        else:
            self.transport.write(REPLY)


async def main(port_file: str, rate: float, latency: float) -> None:
    """Serves until it is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(rate, latency), "127.0.0.1", 0, backlog=1024)
    with open(port_file + ".new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.replace(port_file + ".new", port_file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3] if len(sys.argv) > 3 else 0) / 1000))
