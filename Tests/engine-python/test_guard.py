"""The server's secret, and the requests that are refused."""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import stat
import tempfile
import threading
import time
import unittest
from email.message import Message
from pathlib import Path

import support  # noqa: F401

from assay_engine import files
from assay_engine.serve import guard

SECRET = "0123456789abcdef" * 4


def headers(*pairs: tuple[str, str]) -> Message:
    """Headers as http.server reads them."""
    message = Message()
    for name, value in pairs:
        message[name] = value
    return message


GOOD = (("Host", "127.0.0.1:8123"), ("Authorization", f"Bearer {SECRET}"))


def status(method: str, target: str, *pairs: tuple[str, str]) -> int | None:
    """The status of a refusal, or nothing."""
    refusal = guard.check_request(method, target, headers(*pairs), 8123, SECRET)
    return None if refusal is None else refusal.status


class SecretTests(unittest.TestCase):
    def test_the_secret_is_for_its_user_alone(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "server")
            folder.mkdir(mode=0o755)
            first, second = guard.make_secret(folder), guard.make_secret(folder)
            self.assertNotEqual(first, second)
            self.assertEqual((folder / "secret").read_text(), second + "\n")
            self.assertEqual(len(second), 64)
            self.assertEqual(stat.S_IMODE((folder / "secret").stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)

    def test_a_link_in_the_folders_place_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            os.symlink("/tmp", Path(place, "server"))
            with self.assertRaises(OSError):
                guard.make_secret(Path(place, "server"))

    def test_a_secret_file_never_follows_a_link(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            victim = Path(place, "victim")
            victim.write_text("mine")
            os.symlink(victim, Path(place, "secret"))
            files.private_file(Path(place, "secret"), "new")
            self.assertEqual(victim.read_text(), "mine")
            self.assertFalse(Path(place, "secret").is_symlink())


class HelloTests(unittest.TestCase):
    NONCE = "ab" * 16

    def test_the_proof_is_an_hmac_over_port_and_nonce(self) -> None:
        text = f"assay-hello-1:8123:{self.NONCE}".encode()
        expected = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
        self.assertEqual(guard.hello(f"/assay/hello?nonce={self.NONCE}", SECRET, 8123), expected)

    def test_a_known_answer(self) -> None:
        self.assertEqual(
            guard.proof(SECRET, 8123, self.NONCE), "ed4466532f6eb98ca44fbb3e2823940cbd858162e315783255ccd170ca6a0614"
        )

    def test_a_proof_for_another_port_is_another(self) -> None:
        self.assertNotEqual(guard.proof(SECRET, 8123, self.NONCE), guard.proof(SECRET, 8124, self.NONCE))

    def test_odd_nonces_get_no_proof(self) -> None:
        for query in ("", "?nonce=", "?nonce=abc", f"?nonce={'AB' * 16}", f"?nonce={'a' * 129}", "?nonce=" + "é" * 40):
            self.assertIsNone(guard.hello("/assay/hello" + query, SECRET, 1), query)
        self.assertIsNone(guard.hello(f"/assay/hello?nonce={self.NONCE}&nonce={self.NONCE}", SECRET, 1))


class RequestTests(unittest.TestCase):
    def test_our_own_requests_pass(self) -> None:
        self.assertIsNone(status("GET", "/assay/info", *GOOD))
        self.assertIsNone(status("GET", "/v1/models", ("host", "LOCALHOST:8123"), GOOD[1]))
        self.assertIsNone(status("POST", "/v1/chat/completions", *GOOD, ("Content-Length", "12")))
        self.assertIsNone(status("GET", "/assay/hello?nonce=x", GOOD[0]))

    def test_no_path_is_answered_without_the_secret(self) -> None:
        for method, path in (
            ("GET", "/assay/info"),
            ("POST", "/assay/stop"),
            ("GET", "/health"),
            ("OPTIONS", "/v1/chat/completions"),
            ("POST", "/assay/hello"),
            ("GET", "/assay/hello/"),
            ("GET", "/nowhere"),
        ):
            self.assertEqual(status(method, path, GOOD[0]), 401, path)
        for value in ("Bearer ", f"Basic {SECRET}", f"Bearer {SECRET[:-1]}", SECRET, f"Bearer {SECRET} x", "Bearer é"):
            self.assertEqual(status("GET", "/assay/info", GOOD[0], ("Authorization", value)), 401, value)
        self.assertEqual(status("GET", "/assay/info", *GOOD, GOOD[1]), 401)

    def test_foreign_hosts_and_pages_are_refused(self) -> None:
        for host in ("127.0.0.1", "evil.example", "evil.example:8123", "127.0.0.1:8124", "127.0.0.1:8123.evil", ""):
            self.assertEqual(status("GET", "/assay/info", ("Host", host), GOOD[1]), 403, host)
        self.assertEqual(status("GET", "/assay/info", GOOD[1]), 403)
        self.assertEqual(status("GET", "/assay/info", GOOD[0], *GOOD), 403)
        for origin in ("http://evil.example", "null", "http://127.0.0.1:8123", ""):
            self.assertEqual(status("GET", "/assay/info", *GOOD, ("Origin", origin)), 403, origin)
        self.assertEqual(status("GET", "http://127.0.0.1:8123/assay/info", *GOOD), 400)

    def test_bodies_have_a_length_within_bounds(self) -> None:
        for length, expected in (
            ("", 400),
            ("x", 400),
            ("-1", 400),
            ("67108865", 413),
            ("9" * 30, 400),
            ("67108864", None),
        ):
            self.assertEqual(status("POST", "/v1/completions", *GOOD, ("Content-Length", length)), expected, length)
        self.assertEqual(status("POST", "/v1/completions", *GOOD), 411)
        self.assertEqual(status("POST", "/v1/completions", *GOOD, ("Transfer-Encoding", "chunked")), 411)
        self.assertEqual(status("POST", "/x", *GOOD, ("Content-Length", "1"), ("Content-Length", "2")), 400)

    def test_chats_that_are_none_or_fetch_are_refused(self) -> None:
        def image(address: str) -> dict[str, object]:
            return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": address}}]}]}

        bodies: tuple[object, ...] = (
            [],
            {"messages": {}},
            {"messages": []},
            {"messages": [1]},
            {"messages": [{}]},
            image("http://x/y"),
        )
        for body in bodies:
            self.assertIsNotNone(guard.check_chat(body), body)
        for good in (
            {"texts": ["a"]},
            {"prompt": "a"},
            {"messages": [{"role": "user", "content": "a"}]},
            image("data:,x"),
        ):
            self.assertIsNone(guard.check_chat(good), good)


class TimedReaderTests(unittest.TestCase):
    def test_a_trickle_ends_at_the_deadline(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            done = threading.Event()

            def trickle() -> None:
                while not done.wait(0.02):
                    try:
                        theirs.send(b"x")
                    except OSError:
                        return

            thread = threading.Thread(target=trickle)
            thread.start()
            reader = guard.TimedReader(ours, 0.2)
            begin = time.monotonic()
            with self.assertRaises(TimeoutError):
                while True:
                    reader.read(1)
            self.assertLess(time.monotonic() - begin, 2)
            done.set()
            thread.join()


if __name__ == "__main__":
    unittest.main()
