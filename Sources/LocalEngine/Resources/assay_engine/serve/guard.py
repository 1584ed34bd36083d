"""Access control of the engine's server: every check that precedes the handling of a request.

The server has a secret, made anew at each start: 64 hexadecimal digits in the file `secret` of its folder, which only
its user can read. Every request but one carries it as `Authorization: Bearer SECRET`. The exception lets a client
verify first that it talks to this server and not to another program that took the port:

    GET /assay/hello?nonce=NONCE       NONCE: 32 to 128 digits 0-9a-f, chosen at random by the client
    {"proof": PROOF}                   PROOF: HMAC-SHA256, in hexadecimal

The key of the HMAC is the secret's 64 digits as ASCII; the message is the ASCII text `assay-hello-1:PORT:NONCE` with
the port that the client has connected to, in decimal. The port is in it so that nobody can hand the question on to
the real server and pass the answer off as his own. With `Connection: keep-alive` the connection stays open for one
more request, so that a client can send its secret over the very connection that has proved itself.

Requests from web pages are refused: `Host` must be 127.0.0.1 or localhost with the port, and `Origin` must be absent.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
import socket
import time
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from assay_engine import files

SECRET_BYTES = 32
SECRET_FILE = "secret"
HELLO = "/assay/hello"
NONCE = re.compile(r"[0-9a-f]{32,128}", re.ASCII)

MOST_BODY = 64 << 20
"""Bytes of a request's body."""
MOST_CONNECTIONS = 128
HEAD_SECONDS = 10.0
"""Time limit for a request's line and headers, from the connection on."""
BODY_SECONDS = 60.0
"""Time limit for its body."""
IDLE_SECONDS = 10.0
"""Time limit for a pause in the middle of a request."""
SEND_SECONDS = 120.0
"""Time limit for sending a part of an answer."""


class Refusal(NamedTuple):
    """The status and message for a request that is refused."""

    status: int
    message: str


# The secret


def make_secret(folder: Path) -> str:
    """A new secret, written to its file in a folder that is made private. Raises `OSError`."""
    files.private_folder(folder)
    secret = secrets.token_hex(SECRET_BYTES)
    files.private_file(folder / SECRET_FILE, secret + "\n")
    return secret


def proof(secret: str, port: int, nonce: str) -> str:
    """The server's proof for a nonce."""
    message = f"assay-hello-1:{port}:{nonce}"
    return hmac.new(secret.encode("ascii"), message.encode("ascii"), hashlib.sha256).hexdigest()


def hello(target: str, secret: str, port: int) -> str | None:
    """The proof for a request to `HELLO`; None where its nonce is malformed."""
    query = urllib.parse.urlsplit(target).query
    nonces = urllib.parse.parse_qs(query, keep_blank_values=True, max_num_fields=4).get("nonce", [])
    if len(nonces) != 1 or not NONCE.fullmatch(nonces[0]):
        return None
    return proof(secret, port, nonces[0])


def has_secret(authorization: list[str], secret: str) -> bool:
    """Whether the `Authorization` headers of a request are one that names the secret."""
    expected = f"Bearer {secret}".encode("ascii")
    given = authorization[0].strip().encode("utf-8", "replace") if len(authorization) == 1 else b""
    return hmac.compare_digest(given, expected)


# Requests


def path_of(target: str) -> str:
    """A request's path without its query."""
    return target.partition("?")[0]


def check_source(target: str, headers: Any, port: int) -> Refusal | None:
    """Refuse requests that may come from a web page, or through a foreign name that points to this machine.

    `headers` has `get_all`, as messages of `http.client` have.
    """
    if not target.startswith("/") or target.startswith("//"):
        return Refusal(400, "The request's target must be a path.")
    hosts = headers.get_all("Host") or []
    allowed = (f"127.0.0.1:{port}", f"localhost:{port}")
    if len(hosts) != 1 or hosts[0].strip().lower() not in allowed:
        return Refusal(403, f"The Host header must be {allowed[0]} or {allowed[1]}.")
    if headers.get_all("Origin"):
        return Refusal(403, "Web pages may not ask this server: the request has an Origin header.")
    return None


def check_body(method: str, headers: Any) -> Refusal | None:
    """Refuse a body that is too long, or that doesn't say how long it is."""
    if headers.get_all("Transfer-Encoding"):
        return Refusal(411, "Send the body with a Content-Length rather than in chunks.")
    lengths = headers.get_all("Content-Length") or []
    if not lengths:
        return Refusal(411, "The request has no Content-Length.") if method == "POST" else None
    if len(lengths) > 1 or not re.fullmatch(r"\d{1,18}", lengths[0].strip(), re.ASCII):
        return Refusal(400, "The Content-Length is not a number.")
    if int(lengths[0]) > MOST_BODY:
        return Refusal(413, f"The body is longer than {MOST_BODY >> 20} MB.")
    return None


def check_request(method: str, target: str, headers: Any, port: int, secret: str) -> Refusal | None:
    """Refuse a request that doesn't come from a program of the same user, or is too large; None where it may pass."""
    refusal = check_source(target, headers, port)
    if refusal is not None:
        return refusal
    if not (method == "GET" and path_of(target) == HELLO) and not has_secret(
        headers.get_all("Authorization") or [], secret
    ):
        return Refusal(401, "This server answers only whoever knows its secret.")
    return check_body(method, headers)


def check_chat(body: object) -> Refusal | None:
    """Refuse a malformed chat, or one that would have the server fetch something."""
    if not isinstance(body, dict):
        return Refusal(400, "The body must be a JSON object.")
    messages = body.get("messages")
    if messages is None:
        return None
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        return Refusal(400, "`messages` must be a list of objects, at least one.")
    for number, message in enumerate(messages, start=1):
        if not isinstance(message.get("role"), str):
            return Refusal(400, f"Message {number} has no `role`.")
        parts = message.get("content")
        for part in parts if isinstance(parts, list) else []:
            if not isinstance(part, dict):
                return Refusal(400, f"Message {number} has a part that is not an object.")
            if remote_image(part):
                return Refusal(400, f"Message {number} has an image by its address; send it as a data URL.")
    return None


def remote_image(part: Mapping[str, Any]) -> bool:
    """Whether a part of a message is an image that would have to be fetched."""
    for key in ("image_url", "image", "url"):
        value = part.get(key)
        address = value.get("url") if isinstance(value, dict) else value
        if isinstance(address, str) and not address.startswith("data:"):
            return True
    return False


# Time


class TimedReader(io.RawIOBase):
    """A socket's bytes, with a deadline.

    Reading raises `TimeoutError` after the deadline, or when nothing has come for `IDLE_SECONDS`.
    """

    def __init__(self, connection: socket.socket, seconds: float = HEAD_SECONDS) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = time.monotonic() + seconds

    def allow(self, seconds: float) -> None:
        """Set the deadline to so many seconds from now."""
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request came too slowly")
        self._connection.settimeout(min(left, IDLE_SECONDS))
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(SEND_SECONDS)
