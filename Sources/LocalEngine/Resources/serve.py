"""Serve one model, with at most one adapter, over HTTP on a loopback port, for as long as somebody uses it.

Built on mlx_lm.server. What is added: the weights are loaded once, whatever model or adapter a request names; a free
port is chosen; `state.json` appears in the server's folder when the first token has been generated and goes when the
server goes; clients hold a shared lock on `lease`, and without one the server stops by itself. Extra requests:

    GET  /assay/info       what is being served, with what
    POST /assay/tokenize   {"messages": […]} → count and rendered prompt; {"texts": […]} → counts
    POST /assay/stop       stop now
"""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
import warnings
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import assay_engine

STARTUP_FAILED = 3
"""Exit status when the model can't be loaded; the last line of the log says why."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve one model and adapter for Assay.")
    parser.add_argument("--model", required=True, help="a model folder or a Hugging Face id")
    parser.add_argument("--adapter", help="an adapter folder")
    parser.add_argument("--folder", required=True, type=Path, help="where state.json and lease are")
    parser.add_argument("--instance", default="", help="a name that clients can recognise this process by")
    parser.add_argument("--grace", type=float, default=60, help="seconds to stay without a client")
    parser.add_argument("--prompt-cache", type=int, default=16, help="how many prompts to keep computed")
    parser.add_argument("--allow-download", action="store_true", help="fetch a model that is not on this machine")
    return parser.parse_args()


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
        self.model_hash = assay_engine.folder_hash(options.model)
        self.adapter_hash = assay_engine.folder_hash(options.adapter)
        self.port = 0
        self.load_error: Exception | None = None
        self.loaded = threading.Event()

    # Starting

    def start(self) -> None:
        """Load the model, generate one token, listen, and say so in the state file."""
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
        self.tokenizer = load_tokenizer(self.options.model)
        self.tokenizer_lock = threading.Lock()
        self.generate_one_token(mlx_server)
        self.http = LoopbackServer(("127.0.0.1", 0), make_handler(self, mlx_server))
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, name="http", daemon=True).start()
        assay_engine.write_atomically(self.state_file, json.dumps(self.state()))
        logging.info("ready on port %d after %.1f s: %s", self.port, time.time() - self.started, self.options.model)

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
            model=self.options.model,
            adapter_path=self.options.adapter,
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

    def state(self) -> dict[str, Any]:
        """What a client needs to find this process and be sure of it."""
        return {
            "pid": os.getpid(),
            "start_ticks": assay_engine.start_ticks(),
            "instance": self.options.instance,
            "port": self.port,
            "model": self.options.model,
            "adapter": self.options.adapter,
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
        from mlx_lm.server import convert_chat, process_message_content

        answer: dict[str, Any] = {}
        with self.tokenizer_lock:
            if (texts := body.get("texts")) is not None:
                answer["counts"] = [len(self.tokenizer.encode(text, add_special_tokens=False)) for text in texts]
            if (messages := body.get("messages")) is not None:
                if self.tokenizer.has_chat_template:
                    process_message_content(messages)
                    prompt = self.tokenizer.apply_chat_template(
                        messages,
                        tools=body.get("tools"),
                        add_generation_prompt=True,
                        tokenize=False,
                        **(body.get("chat_template_kwargs") or {}),
                    )
                    count = len(self.tokenizer.encode(prompt, add_special_tokens=False))
                else:
                    prompt = convert_chat(messages)
                    count = len(self.tokenizer.encode(prompt))
                answer |= {"count": count, "prompt": prompt}
        return answer

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

    def close(self) -> None:
        """Take the state file away and end the process, with requests under way cut off."""
        logging.info("stopping: %s", self.reason or "asked to")
        try:
            if json.loads(self.state_file.read_text())["pid"] == os.getpid():
                self.state_file.unlink()
        except (OSError, ValueError, KeyError):
            pass
        logging.shutdown()
        os._exit(0)


class LoopbackServer(ThreadingHTTPServer):
    """A threading server with room for a burst of connections (the library's queue holds five)."""

    request_queue_size = 256
    daemon_threads = True


def make_handler(owner: Server, mlx_server: Any) -> type:
    """The request handler: mlx_lm.server's, with our extra paths and without its ways to load something else."""
    fingerprint = mlx_server.get_system_fingerprint()

    class Handler(mlx_server.APIHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(owner.generator, *arguments, system_fingerprint=fingerprint)

        def do_GET(self) -> None:
            if self.path == "/assay/info":
                self.answer(200, owner.info())
            else:
                super().do_GET()

        def do_POST(self) -> None:
            with owner.activity:
                if self.path == "/assay/tokenize":
                    self.answer_tokenize()
                elif self.path == "/assay/stop":
                    self.answer(200, {"stopping": True})
                    owner.stop("a client asked to")
                else:
                    super().do_POST()

        def handle_completion(self, request: Any, stop_words: list[str]) -> None:
            # Requests join one batch only if they name the same model, and there is only one here.
            self.requested_model = self.requested_draft_model = "default_model"
            self.adapter = None
            super().handle_completion(request, stop_words)

        def handle_models_request(self) -> None:
            model = {"id": "default_model", "object": "model", "created": int(owner.started)}
            self.answer(200, {"object": "list", "data": [model]})

        def answer_tokenize(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                self.answer(200, owner.tokenize(body))
            except Exception as error:
                self.answer(400, {"error": f"{type(error).__name__}: {error}"})

        def answer(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Requests are the clients' own affair; the log is for what goes wrong."""

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has gone; its request is dropped from the batch

    return Handler


def main() -> None:
    options = parse_arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    assay_engine.set_offline(options.model, options.allow_download)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    warnings.simplefilter("ignore")
    options.folder.mkdir(parents=True, exist_ok=True)
    server = Server(options)
    try:
        server.start()
    except Exception as error:
        logging.exception("could not serve %s", options.model)
        print(f"error: {type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        os._exit(STARTUP_FAILED)
    # mlx_lm.server writes several lines for each request.
    logging.getLogger().setLevel(logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: server.stop(signal.Signals(received).name))
    server.watch()
    logging.getLogger().setLevel(logging.INFO)
    server.close()


if __name__ == "__main__":
    assay_engine.use_fast_blas()
    main()
