"""Serve one model, with at most one adapter, over HTTP on a loopback port, for as long as somebody uses it.

Built on mlx_lm.server. What is added: the weights are loaded once, whatever model or adapter a request names; a free
port is chosen; `state.json` appears in the server's folder when the first token has been generated and goes when the
server goes; clients hold a shared lock on `lease`, and without one the server stops by itself. Only who can read the
file `secret` in that folder is answered (server_guard.py). Extra requests:

    GET  /assay/hello      proves that this is the server whose secret the client has read
    GET  /assay/info       what is being served, with what
    POST /assay/tokenize   {"messages": […]} → count and rendered prompt; {"texts": […]} → counts
    POST /assay/stop       stop now
"""

from __future__ import annotations

import argparse
import fcntl
import io
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import assay_engine
import assay_start
import model_checks
import server_guard
import template_limits
from server_guard import Refusal

STARTUP_FAILED = 3
"""Exit status when the model can't be loaded; the last line of the log says why."""

CHATS = ("/v1/chat/completions", "/chat/completions")

log = logging.getLogger("assay")
"""What may be written to the log. What libraries say may hold prompts and answers (see `LibraryFilter`)."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve one model and adapter for Assay.")
    parser.add_argument("--model", required=True, help="a model's folder, or hub:org/name@revision")
    parser.add_argument("--revision", help="of a model on the hub: a branch, a tag or a commit")
    parser.add_argument("--adapter", type=Path, help="an adapter's folder")
    parser.add_argument("--folder", required=True, type=Path, help="where secret, state.json and lease are")
    parser.add_argument("--instance", default="", help="a name that clients can recognise this process by")
    parser.add_argument("--grace", type=float, default=60, help="seconds to stay without a client")
    parser.add_argument("--prompt-cache", type=int, default=16, help="how many prompts to keep computed")
    parser.add_argument("--allow-download", action="store_true", help="fetch a model that is not on this machine")
    return parser.parse_args()


class LibraryFilter(logging.Filter):
    """Leaves of a library's message only where it comes from: requests' texts may be in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != log.name:
            kind = record.exc_info[0] if record.exc_info else None
            record.msg = f"{record.module}, line {record.lineno}{f': {kind.__name__}' if kind else ''}"
            record.args, record.exc_info, record.exc_text, record.stack_info = None, None, None, None
        return True


class Activity:
    """Counts requests under way, and remembers when the last one ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.in_flight = 0
        self.total = 0
        self.last = time.monotonic()

    def __enter__(self) -> None:
        with self._lock:
            self.in_flight += 1
            self.total += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.in_flight -= 1
            self.last = time.monotonic()


class Lease:
    """The lock file that clients share for as long as they want the server; the kernel frees it when they die."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Take the file for the server alone; false when a client holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


class Server:
    """The model, the HTTP server in front of it, and the rules of when to stop."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.activity = Activity()
        self.lease = Lease(options.folder / "lease")
        self.state_file = options.folder / "state.json"
        self.stopping = threading.Event()
        self.reason = ""
        self.started = time.time()
        self.port = 0
        self.secret = ""
        self.model_folder = Path()
        self.model_hash: str | None = None
        self.adapter_hash: str | None = None
        self.renderer: template_limits.Renderer | None = None
        self.load_error: Exception | None = None
        self.loaded = threading.Event()

    # Starting

    def start(self) -> None:
        """Load the model, generate one token, listen, and say so in the state file."""
        self.check_files()
        self.renderer = template_limits.install()
        from mlx_lm import server as mlx_server
        from mlx_lm.models.cache import LRUPromptCache
        from mlx_lm.utils import load_tokenizer

        outer = self

        class OneModel(mlx_server.ModelProvider):
            """Loads the weights once and never again, in float32 where the CPU computes."""

            def load(self, *_: object) -> tuple[Any, Any]:
                if outer.load_error is not None:
                    raise outer.load_error
                if self.model is None:
                    try:
                        super().load("default_model", None, "default_model")
                        assay_engine.settle(self.model)
                    except Exception as error:
                        outer.load_error = error
                        raise
                    finally:
                        outer.loaded.set()
                return self.model, self.tokenizer

        self.provider = OneModel(self.mlx_options())
        self.generator = mlx_server.ResponseGenerator(self.provider, LRUPromptCache(self.options.prompt_cache))
        self.loaded.wait()
        if self.load_error is not None:
            raise self.load_error
        # The generating thread uses the provider's tokenizer, and one tokenizer is not made for two threads.
        self.tokenizer = load_tokenizer(str(self.model_folder), {"trust_remote_code": False})
        self.tokenizer_lock = threading.Lock()
        self.generate_one_token(mlx_server)
        self.secret = server_guard.make_secret(self.options.folder)
        self.http = LoopbackServer(("127.0.0.1", 0), make_handler(self, mlx_server))
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, name="http", daemon=True).start()
        assay_start.private_file(self.state_file, json.dumps(self.state()))
        log.info("ready on port %d after %.1f s: %s", self.port, time.time() - self.started, self.options.model)

    def check_files(self) -> None:
        """Find the model, and refuse files that would run code or don't belong together.

        Raises a `ModelError`.
        """
        self.model_folder = model_checks.resolve(
            self.options.model, self.options.allow_download, self.options.revision, self.tell
        )
        assay_engine.stay_offline()
        model_checks.check_model(self.model_folder)
        self.model_hash = assay_engine.folder_hash(str(self.model_folder))
        if (adapter := self.options.adapter) is not None:
            model_checks.check_adapter(adapter)
            self.adapter_hash = assay_engine.folder_hash(str(adapter))

    def tell(self, sentence: str) -> None:
        """Say something to whoever waits for the server."""
        log.info("%s", sentence)
        assay_start.private_file(self.options.folder / "download", sentence)

    def generate_one_token(self, mlx_server: Any) -> None:
        """Prove that the model answers, and have everything compiled and mapped before the first client."""
        arguments = mlx_server.GenerationArguments(
            model=mlx_server.ModelDescription("default_model", "default_model", None),
            sampling=mlx_server.SamplingArguments(0.0, 1.0, 0, 0.0, 0.0, 0.1),
            logits=mlx_server.LogitsProcessorArguments(None, 0.0, 20, 0.0, 20, 0.0, 20),
            stop_words=[],
            max_tokens=1,
            num_draft_tokens=0,
            logprobs=False,
            top_logprobs=-1,
            seed=None,
            chat_template_kwargs=None,
        )
        request = mlx_server.CompletionRequest("text", "Hello", [], None, None)
        _, tokens = self.generator.generate(request, arguments)
        for _ in tokens:
            pass

    def mlx_options(self) -> argparse.Namespace:
        """The options that mlx_lm.server's own command line would have made."""
        return argparse.Namespace(
            model=str(self.model_folder),
            adapter_path=self.adapter_name,
            draft_model=None,
            num_draft_tokens=0,
            trust_remote_code=False,
            chat_template="",
            use_default_chat_template=False,
            chat_template_args={},
            temp=0.0,
            top_p=1.0,
            top_k=0,
            min_p=0.0,
            max_tokens=512,
            decode_concurrency=32,
            prompt_concurrency=8,
            prefill_step_size=2048,
            prompt_cache_size=self.options.prompt_cache,
            prompt_cache_bytes=None,
            kv_bits=None,
            kv_group_size=64,
            quantized_kv_start=0,
            pipeline=False,
            allowed_origins=[],
        )

    # Telling

    @property
    def adapter_name(self) -> str | None:
        """The adapter's folder, as text."""
        return None if self.options.adapter is None else str(self.options.adapter)

    def state(self) -> dict[str, Any]:
        """What a client needs to find this process and be sure of it."""
        return {
            "pid": os.getpid(),
            "start_ticks": assay_engine.start_ticks(),
            "instance": self.options.instance,
            "port": self.port,
            "model": self.options.model,
            "adapter": self.adapter_name,
            "started": self.started,
        }

    def info(self) -> dict[str, Any]:
        """The state, and what the answers depend on."""
        from importlib.metadata import version

        import mlx.core as mx

        return self.state() | {
            "mlx": version("mlx"),
            "mlx_lm": version("mlx-lm"),
            "device": assay_engine.device_name(),
            "dtype": self.weights_type(),
            "blas": assay_engine.blas_in_use(),
            "model_hash": self.model_hash,
            "adapter_hash": self.adapter_hash,
            "requests": self.activity.total,
            "in_flight": self.activity.in_flight,
            "memory_gb": round(mx.get_active_memory() / 1e9, 3),
            "peak_memory_gb": round(mx.get_peak_memory() / 1e9, 3),
        }

    def weights_type(self) -> str:
        """The number type of the largest floating-point weight."""
        import mlx.core as mx
        from mlx.utils import tree_flatten

        arrays = [a for _, a in tree_flatten(self.provider.model.parameters()) if mx.issubdtype(a.dtype, mx.floating)]
        return str(max(arrays, key=lambda a: a.size).dtype).removeprefix("mlx.core.") if arrays else "unknown"

    def tokenize(self, body: dict[str, Any]) -> dict[str, Any]:
        """Token counts of plain texts, and of messages with the prompt exactly as the model will see it."""
        answer: dict[str, Any] = {}
        with self.tokenizer_lock:
            if (texts := body.get("texts")) is not None:
                answer["counts"] = [len(self.tokenizer.encode(text, add_special_tokens=False)) for text in texts]
            if body.get("messages") is not None:
                prompt = self.prompt(body)
                has_template = self.tokenizer.has_chat_template
                count = len(self.tokenizer.encode(prompt, add_special_tokens=not has_template))
                answer |= {"count": count, "prompt": prompt}
        return answer

    def prompt(self, body: dict[str, Any]) -> str:
        """A chat as the model will see it. Raises a `TemplateError`, and `ValueError` for messages that are none."""
        from mlx_lm.server import convert_chat, process_message_content

        messages = json.loads(json.dumps(body["messages"]))
        if not self.tokenizer.has_chat_template:
            return convert_chat(messages)
        process_message_content(messages, keep_images=self.provider.processor is not None)
        options = body.get("chat_template_kwargs") or {}
        return self.tokenizer.apply_chat_template(
            messages, tools=body.get("tools") or None, add_generation_prompt=True, tokenize=False, **options
        )

    # Stopping

    def watch(self) -> None:
        """Return when it is time to stop: asked to, nobody there any more, or the model's thread has died."""
        alone_since: float | None = None
        while not self.stopping.wait(min(2.0, max(0.2, self.options.grace / 4))):
            if not self.generator.generation_available():
                self.reason = "the generating thread has died"
                return
            now = time.monotonic()
            if self.activity.in_flight or not self.lease.take():
                alone_since = None
                continue
            alone_since = now if alone_since is None else alone_since
            if now - max(alone_since, self.activity.last) >= self.options.grace:
                # The lease stays ours: a client that comes now waits for our end and then starts another server.
                self.reason = f"nobody has used this server for {self.options.grace:g} s"
                return
            self.lease.give_back()

    def stop(self, reason: str) -> None:
        """Ask `watch` to return; safe in a signal handler and in a request."""
        self.reason = self.reason or reason
        self.stopping.set()

    def end_renderer(self) -> None:
        """End the process that renders chat templates."""
        if self.renderer is not None:
            self.renderer.close()

    def close(self) -> None:
        """Take the state file away and end the process, with requests under way cut off."""
        log.info("stopping: %s", self.reason or "asked to")
        try:
            if json.loads(self.state_file.read_text())["pid"] == os.getpid():
                self.state_file.unlink()
                (self.options.folder / server_guard.SECRET_FILE).unlink(missing_ok=True)
        except (OSError, ValueError, KeyError):
            pass
        self.end_renderer()
        logging.shutdown()
        os._exit(0)


class LoopbackServer(ThreadingHTTPServer):
    """A threading server with room for a burst of connections (the library's queue holds five), and for no more."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(server_guard.MOST_CONNECTIONS)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            try:
                super().process_request(request, client_address)
            except BaseException:
                self._free.release()
                raise
            return
        try:
            request.settimeout(0.2)
            request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n")
        except OSError:
            pass
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note what went wrong and where; what it was about stays out of the log."""
        error = sys.exc_info()[1]
        place = error.__traceback__ if error else None
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}" if place else "?"
        log.error("a request failed with %s in %s", type(error).__name__, where)


def make_handler(owner: Server, mlx_server: Any) -> type:
    """The request handler: mlx_lm.server's, with our extra paths and without its ways to load something else."""
    fingerprint = mlx_server.get_system_fingerprint()

    class Handler(mlx_server.APIHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(owner.generator, *arguments, system_fingerprint=fingerprint)

        def setup(self) -> None:
            super().setup()
            self.connection.settimeout(server_guard.SEND_SECONDS)
            self.timed = server_guard.TimedReader(self.connection)
            self.source = io.BufferedReader(self.timed)
            self.rfile: io.BufferedIOBase = self.source

        def parse_request(self) -> bool:
            """Read the headers, and answer a request that is refused."""
            if not super().parse_request():
                return False
            refusal = server_guard.check_request(self.command, self.path, self.headers, owner.port, owner.secret)
            if refusal is not None:
                self.refuse(refusal)
                return False
            return True

        def do_GET(self) -> None:
            if server_guard.path_of(self.path) == server_guard.HELLO:
                self.answer_hello()
            elif self.path == "/assay/info":
                self.answer(200, owner.info())
            else:
                super().do_GET()

        def do_OPTIONS(self) -> None:
            self.refuse(Refusal(405, "This server answers GET and POST."))

        def do_POST(self) -> None:
            with owner.activity:
                if self.path == "/assay/stop":
                    self.answer(200, {"stopping": True})
                    owner.stop("a client asked to")
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
            """The body, which mlx_lm.server reads again and would write to the log where it is no JSON."""
            self.timed.allow(server_guard.BODY_SECONDS)
            length = int(self.headers["Content-Length"])
            data = self.source.read(length)
            if len(data) < length:
                return Refusal(400, "The body ended too early.")
            self.rfile = io.BytesIO(data)
            try:
                body = json.loads(data)
            except (ValueError, RecursionError) as error:
                return Refusal(400, f"The body can't be read as JSON ({type(error).__name__}).")
            return server_guard.check_chat(body) or body

        def prepare(self, body: dict[str, Any]) -> Refusal | None:
            """Render a chat's prompt here, so that a template that exceeds a limit holds up nobody else.

            The generating thread gets the prompt from the renderer's memory.
            """
            try:
                owner.prompt(body)
            except template_limits.TemplateLimit as error:
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
            model = {"id": "default_model", "object": "model", "created": int(owner.started)}
            self.answer(200, {"object": "list", "data": [model]})

        def answer_hello(self) -> None:
            proof = server_guard.hello(self.path, owner.secret, owner.port)
            if proof is None:
                self.refuse(Refusal(400, "The nonce must be 32 to 128 digits 0-9a-f."))
                return
            if self.headers.get("Connection", "").lower() == "keep-alive":
                # For one more request, which has as long as the first to arrive.
                self.close_connection = False
                self.timed.allow(server_guard.HEAD_SECONDS)
            self.answer(200, {"proof": proof})

        def answer_tokenize(self, body: dict[str, Any]) -> None:
            try:
                self.answer(200, owner.tokenize(body))
            except template_limits.TemplateError as error:
                self.answer(400, {"error": str(error)})
            except Exception as error:
                self.answer(400, {"error": f"{type(error).__name__}: {error}"})

        def refuse(self, refusal: Refusal) -> None:
            self.close_connection = True
            self.answer(refusal.status, {"error": refusal.message})
            self.drop_rest()

        def drop_rest(self) -> None:
            """Take in a little of what the client still sends: else its system may drop the answer unread."""
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
            """No web page may read an answer."""

        def log_message(self, *_: object) -> None:
            """Requests are the clients' own affair; the log is for what goes wrong."""

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                pass  # the client has gone or was too slow; its request is dropped from the batch

    return Handler


def main() -> None:
    options = parse_arguments()
    options.folder = options.folder.absolute()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.umask(0o077)
    assay_start.isolate()
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(LibraryFilter())
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", handlers=[handler])
    log.setLevel(logging.INFO)
    warnings.simplefilter("ignore")
    server: Server | None = None
    try:
        assay_start.private_folder(options.folder)
        server = Server(options)
        server.start()
    except Exception as error:
        if not isinstance(error, model_checks.ModelError):
            log.exception("could not serve %s", options.model)
        text = model_checks.sentence(error, options.model, None if options.adapter is None else str(options.adapter))
        print(f"error: {text}", file=sys.stderr, flush=True)
        if server is not None:
            server.end_renderer()
        os._exit(STARTUP_FAILED)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: server.stop(signal.Signals(received).name))
    server.watch()
    server.close()


if __name__ == "__main__":
    assay_engine.use_fast_blas()
    main()
