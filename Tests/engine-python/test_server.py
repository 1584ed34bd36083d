"""The real server with a small model: who is answered, and what the log holds."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, ClassVar

import support

from assay_engine.serve import guard

MODEL = support.model_folder()


@unittest.skipUnless(support.has("mlx_lm"), support.lacks("mlx_lm"))
class OptionTests(unittest.TestCase):
    def test_mlx_lms_server_finds_the_options_that_it_reads(self) -> None:
        from mlx_lm import server

        from assay_engine.serve.model import mlx_options

        text = Path(server.__file__).read_text(encoding="utf-8")
        # What only its own `main` and `run` read is not needed.
        read = set(re.findall(r"\bcli_args\.(\w+)", text[: text.index("\ndef main(")]))
        self.assertGreater(len(read), 15)
        self.assertLessEqual(read, vars(mlx_options("/model", None, 4)).keys())


@unittest.skipUnless(support.has("mlx_lm"), support.lacks("mlx_lm"))
@unittest.skipUnless(MODEL, "there is no model; name one with ASSAY_TEST_MODEL")
class ServerTests(unittest.TestCase):
    folder: Path
    log: Path
    process: subprocess.Popen[bytes]
    port: int
    secret: str

    @classmethod
    def setUpClass(cls) -> None:
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.folder = Path(place.name, "server")
        cls.log = Path(place.name, "log")
        arguments = ["--model", str(MODEL), "--folder", str(cls.folder), "--grace", "120"]
        with cls.log.open("w") as log:
            cls.process = subprocess.Popen(
                [*support.command("serve"), *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        cls.addClassCleanup(cls.end)
        for _ in range(600):
            if (cls.folder / "state.json").exists():
                break
            if cls.process.poll() is not None:
                raise AssertionError(cls.log.read_text())
            time.sleep(0.1)
        cls.port = json.loads((cls.folder / "state.json").read_text())["port"]
        cls.secret = (cls.folder / "secret").read_text().strip()

    @classmethod
    def end(cls) -> None:
        cls.process.send_signal(signal.SIGTERM)
        cls.process.wait(30)

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.addCleanup(connection.close)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        all_headers = {"Authorization": f"Bearer {self.secret}"} | headers
        connection.request(method, path, data, {k: v for k, v in all_headers.items() if v})
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text.startswith(b"{") else text, response

    CHAT: ClassVar[dict[str, Any]] = {
        "messages": [{"role": "user", "content": "the word XYLOPHONE is private"}],
        "max_tokens": 4,
    }

    def test_only_the_secret_is_answered(self) -> None:
        for method, path in (("GET", "/assay/info"), ("POST", "/v1/chat/completions"), ("POST", "/assay/stop")):
            self.assertEqual(self.ask(method, path, b"{}" if method == "POST" else None, Authorization="")[0], 401)
        self.assertEqual(self.ask("GET", "/assay/info", Authorization="Bearer " + "0" * 64)[0], 401)
        self.assertEqual(self.ask("GET", "/assay/info", Origin="http://evil.example")[0], 403)
        self.assertEqual(self.ask("GET", "/assay/info", Host=f"evil.example:{self.port}")[0], 403)
        status, info, response = self.ask("GET", "/assay/info")
        self.assertEqual((status, info["model"]), (200, str(MODEL)))
        self.assertFalse([name for name, _ in response.getheaders() if name.lower().startswith("access-control")])
        self.assertEqual(self.ask("OPTIONS", "/v1/chat/completions")[0], 405)

    def test_hello_proves_the_server_and_keeps_the_connection(self) -> None:
        nonce = secrets.token_hex(16)
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            host = f"Host: 127.0.0.1:{self.port}\r\n"
            connection.sendall(
                f"GET /assay/hello?nonce={nonce} HTTP/1.1\r\n{host}Connection: keep-alive\r\n\r\n".encode()
            )
            first = http.client.HTTPResponse(connection)
            first.begin()
            answer = json.loads(first.read(int(first.headers["Content-Length"])))
            self.assertEqual(answer["proof"], guard.proof(self.secret, self.port, nonce))
            head = f"GET /assay/info HTTP/1.1\r\n{host}Authorization: Bearer {self.secret}\r\n\r\n"
            connection.sendall(head.encode())
            text = b""
            while part := connection.recv(65536):
                text += part
            self.assertIn(b" 200 ", text.split(b"\r\n")[0])
            self.assertIn(b'"model_hash"', text)

    def test_answers_and_streams_are_as_they_were(self) -> None:
        status, answer, _ = self.ask("POST", "/v1/chat/completions", self.CHAT)
        self.assertEqual((status, answer["object"]), (200, "chat.completion"))
        status, text, _ = self.ask("POST", "/v1/chat/completions", self.CHAT | {"stream": True})
        self.assertTrue(text.rstrip().endswith(b"data: [DONE]"))
        status, answer, _ = self.ask("POST", "/assay/tokenize", {"texts": ["a b"], "messages": self.CHAT["messages"]})
        self.assertEqual((status, len(answer["counts"])), (200, 1))
        self.assertIn("XYLOPHONE", answer["prompt"])

    def test_odd_requests_are_answered_and_nothing_private_is_logged(self) -> None:
        bodies: tuple[Any, ...] = (
            b'{"messages": [{"role": "user", "content": "XYLOPHONE',
            b"[" * 200_000,
            b'"XYLOPHONE"',
            {"messages": [{"content": "XYLOPHONE"}]},
            {"messages": []},
        )
        for body in bodies:
            self.assertEqual(self.ask("POST", "/v1/chat/completions", body)[0], 400)
        self.assertGreaterEqual(
            self.ask("POST", "/v1/chat/completions", self.CHAT | {"max_tokens": "XYLOPHONE"})[0], 400
        )
        self.assertEqual(self.ask("POST", "/v1/chat/completions", **{"Content-Length": str(65 << 20)})[0], 413)
        log = self.log.read_text()
        self.assertNotIn("XYLOPHONE", log)
        self.assertNotIn(self.secret, log)
        self.assertNotIn(self.secret, str(self.process.args))

    def test_files_are_private(self) -> None:
        self.assertEqual(self.folder.stat().st_mode & 0o777, 0o700)
        for path in self.folder.iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path.name)

    def test_too_many_connections_are_turned_away_and_slow_ones_are_cut(self) -> None:
        held = [socket.create_connection(("127.0.0.1", self.port), 5) for _ in range(guard.MOST_CONNECTIONS)]
        try:
            time.sleep(0.5)
            with socket.create_connection(("127.0.0.1", self.port), 5) as late:
                self.assertIn(b" 503 ", late.recv(200))
            begin = time.monotonic()
            held[0].settimeout(guard.HEAD_SECONDS + 10)
            self.assertEqual(held[0].recv(10), b"")
            self.assertLess(time.monotonic() - begin, guard.HEAD_SECONDS + 5)
        finally:
            for connection in held:
                connection.close()
        time.sleep(0.5)
        self.assertEqual(self.ask("GET", "/health")[0], 200)


if __name__ == "__main__":
    unittest.main()
