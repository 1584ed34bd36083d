"""Answers requests. Importing this module imports mlx-lm."""

from __future__ import annotations

import contextlib
import io
import json
import socket
from typing import TYPE_CHECKING, Any

from mlx_lm import server as mlx_server

from assay_engine.serve import guard
from assay_engine.serve.guard import Refusal
from assay_engine.templates.renderer import TemplateError, TemplateLimit

if TYPE_CHECKING:
    from assay_engine.serve.server import Server

CHATS = ("/v1/chat/completions", "/chat/completions")
FINGERPRINT = mlx_server.get_system_fingerprint()


class Handler(mlx_server.APIHandler):
    """mlx_lm.server's handler, with the additional paths and without its ways to load something else."""

    def __init__(self, owner: Server, *arguments: Any) -> None:
        self.owner = owner
        super().__init__(owner.generator, *arguments, system_fingerprint=FINGERPRINT)

    def setup(self) -> None:
        super().setup()
        self.connection.settimeout(guard.SEND_SECONDS)
        self.timed = guard.TimedReader(self.connection)
        self.source = io.BufferedReader(self.timed)
        self.rfile: io.BufferedIOBase = self.source

    def parse_request(self) -> bool:
        """Read the headers, and answer a request that is refused."""
        if not super().parse_request():
            return False
        refusal = guard.check_request(self.command, self.path, self.headers, self.owner.port, self.owner.secret)
        if refusal is not None:
            self.refuse(refusal)
            return False
        return True

    def do_GET(self) -> None:
        if guard.path_of(self.path) == guard.HELLO:
            self.answer_hello()
        elif self.path == "/assay/info":
            self.answer(200, self.owner.info())
        else:
            super().do_GET()

    def do_OPTIONS(self) -> None:
        self.refuse(Refusal(405, "This server answers GET and POST."))

    def do_POST(self) -> None:
        with self.owner.activity:
            if self.path == "/assay/stop":
                self.answer(200, {"stopping": True})
                self.owner.stop("a client asked to")
                return
            body = self.read_body()
            if isinstance(body, Refusal):
                self.refuse(body)
            elif self.path == "/assay/tokenize":
                self.answer_tokenize(body)
            elif self.path in CHATS and (refusal := self.prepare(body)) is not None:
                self.refuse(refusal)
            else:
                super().do_POST()

    def read_body(self) -> dict[str, Any] | Refusal:
        """The body as JSON. mlx_lm.server, which reads it again, would write one that isn't JSON to the log."""
        self.timed.allow(guard.BODY_SECONDS)
        length = int(self.headers["Content-Length"])
        data = self.source.read(length)
        if len(data) < length:
            return Refusal(400, "The body ended too early.")
        self.rfile = io.BytesIO(data)
        try:
            body = json.loads(data)
        except (ValueError, RecursionError) as error:
            return Refusal(400, f"The body can't be read as JSON ({type(error).__name__}).")
        return guard.check_chat(body) or body

    def prepare(self, body: dict[str, Any]) -> Refusal | None:
        """Render a chat's prompt here, so that a template that exceeds a limit delays no other request.

        The generating thread gets the prompt from the renderer's memory.
        """
        try:
            self.owner.prompt(body)
        except TemplateLimit as error:
            return Refusal(400, str(error))
        except Exception:
            return None  # mlx_lm.server says it in its own way.
        return None

    def handle_completion(self, request: Any, stop_words: list[str]) -> None:
        # Requests join one batch only if they name the same model, and there is only one here.
        self.requested_model = self.requested_draft_model = "default_model"
        self.adapter = None
        super().handle_completion(request, stop_words)

    def handle_models_request(self) -> None:
        model = {"id": "default_model", "object": "model", "created": int(self.owner.started)}
        self.answer(200, {"object": "list", "data": [model]})

    def answer_hello(self) -> None:
        proof = guard.hello(self.path, self.owner.secret, self.owner.port)
        if proof is None:
            self.refuse(Refusal(400, "The nonce must be 32 to 128 digits 0-9a-f."))
            return
        if self.headers.get("Connection", "").lower() == "keep-alive":
            # For one more request, which has as long as the first to arrive.
            self.close_connection = False
            self.timed.allow(guard.HEAD_SECONDS)
        self.answer(200, {"proof": proof})

    def answer_tokenize(self, body: dict[str, Any]) -> None:
        try:
            self.answer(200, self.owner.tokenize(body))
        except TemplateError as error:
            self.answer(400, {"error": str(error)})
        except Exception as error:
            self.answer(400, {"error": f"{type(error).__name__}: {error}"})

    def refuse(self, refusal: Refusal) -> None:
        self.close_connection = True
        self.answer(refusal.status, {"error": refusal.message})
        self.drop_rest()

    def drop_rest(self) -> None:
        """Read a little of what the client still sends, since otherwise its system may drop the answer unread."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.timed.allow(0.5)
            self.source.read1(1 << 16)
        except (OSError, ValueError):
            pass

    def answer(self, status: int, value: dict[str, Any]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        self.wfile.write(data)

    def version_string(self) -> str:
        return "assay"

    def _set_cors_headers(self) -> None:
        """Send none: no web page may read an answer."""

    def log_message(self, *_: object) -> None:
        """Don't log requests."""

    def handle(self) -> None:
        # A client that has gone or was too slow has its request dropped from the batch.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            super().handle()
