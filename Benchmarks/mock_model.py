"""A chat-completions server on loopback that answers at a given rate, for benchmarks.

mock_model.py PORT-FILE OUTPUTS-PER-SECOND   (0: as fast as it can)
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

ANSWER = {
    "id": "bench",
    "object": "chat.completion",
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


async def main(port_file: str, rate: float) -> None:
    """Serves until it is ended."""
    body = json.dumps(ANSWER).encode()
    reply = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    ) + body
    loop = asyncio.get_running_loop()
    next_turn = loop.time()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal next_turn
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = 0
                for line in head.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                await reader.readexactly(length)
                if rate:
                    next_turn = max(next_turn + 1 / rate, loop.time())
                    await asyncio.sleep(next_turn - loop.time())
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with open(port_file + ".new", "w") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    os.replace(port_file + ".new", port_file)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
