"""The model that is served, and the rules of when its server stops."""

from __future__ import annotations

import argparse
import fcntl
import functools
import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from assay_engine import device, files, model_checks
from assay_engine.serve import guard
from assay_engine.serve.connections import LoopbackServer, log
from assay_engine.templates import renderer


class Activity:
    """Counts the requests that are being answered, and remembers when the last one ended."""

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
    """The lock file that clients share while they use the server; the kernel releases it when they die."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Lock the file exclusively; false when a client holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


def start_ticks() -> int | None:
    """When this process started, in clock ticks since boot (Linux). With the id it identifies the process for good."""
    try:
        text = Path("/proc/self/stat").read_text()
    except OSError:
        return None
    return int(text.rpartition(")")[2].split()[19])


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
        self.renderer: renderer.Renderer | None = None

    # Starting

    def start(self) -> None:
        """Load the model, generate one token, listen, and say so in the state file."""
        self.check_files()
        self.renderer = renderer.install()
        from mlx_lm.models.cache import LRUPromptCache
        from mlx_lm.server import ResponseGenerator
        from mlx_lm.utils import load_tokenizer

        from assay_engine.serve.handler import Handler
        from assay_engine.serve.model import OneModel, generate_one_token, mlx_options

        cache = self.options.prompt_cache
        self.provider = OneModel(mlx_options(str(self.model_folder), self.adapter_name, cache))
        self.generator = ResponseGenerator(self.provider, LRUPromptCache(cache))
        self.provider.wait()
        # The generating thread uses the provider's tokenizer, and one tokenizer is not made for two threads.
        self.tokenizer = load_tokenizer(str(self.model_folder), {"trust_remote_code": False})
        self.tokenizer_lock = threading.Lock()
        generate_one_token(self.generator)
        self.secret = guard.make_secret(self.options.folder)
        self.http = LoopbackServer(("127.0.0.1", 0), functools.partial(Handler, self))
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, name="http", daemon=True).start()
        files.private_file(self.state_file, json.dumps(self.state()))
        log.info("ready on port %d after %.1f s: %s", self.port, time.time() - self.started, self.options.model)

    def check_files(self) -> None:
        """Find the model, and refuse files that would run code or don't belong together.

        Raises a `ModelError`.
        """
        self.model_folder = model_checks.resolve(
            self.options.model, self.options.allow_download, self.options.revision, self.tell
        )
        device.stay_offline()
        model_checks.check_model(self.model_folder)
        self.model_hash = files.folder_hash(self.model_folder)
        if (adapter := self.options.adapter) is not None:
            model_checks.check_adapter(adapter)
            self.adapter_hash = files.folder_hash(adapter)

    def tell(self, sentence: str) -> None:
        """Tell the process that waits for the server what takes so long."""
        log.info("%s", sentence)
        files.private_file(self.options.folder / "download", sentence)

    # Telling

    @property
    def adapter_name(self) -> str | None:
        """The adapter's folder, as text."""
        return None if self.options.adapter is None else str(self.options.adapter)

    def state(self) -> dict[str, Any]:
        """The content of `state.json`, by which clients find and recognise this process."""
        return {
            "pid": os.getpid(),
            "start_ticks": start_ticks(),
            "instance": self.options.instance,
            "port": self.port,
            "model": self.options.model,
            "adapter": self.adapter_name,
            "started": self.started,
        }

    def info(self) -> dict[str, Any]:
        """The state, and everything that answers depend on."""
        from importlib.metadata import version

        import mlx.core as mx

        return self.state() | {
            "mlx": version("mlx"),
            "mlx_lm": version("mlx-lm"),
            "device": device.device_name(),
            "dtype": self.provider.weights_type(),
            "blas": device.blas_in_use(),
            "model_hash": self.model_hash,
            "adapter_hash": self.adapter_hash,
            "requests": self.activity.total,
            "in_flight": self.activity.in_flight,
            "memory_gb": round(mx.get_active_memory() / 1e9, 3),
            "peak_memory_gb": round(mx.get_peak_memory() / 1e9, 3),
        }

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
        """A chat as the model will see it. Raises a `TemplateError`, and `ValueError` for malformed messages."""
        from mlx_lm.server import convert_chat, process_message_content

        messages = json.loads(json.dumps(body["messages"]))
        if not self.tokenizer.has_chat_template:
            return str(convert_chat(messages))
        process_message_content(messages, keep_images=self.provider.processor is not None)
        options = body.get("chat_template_kwargs") or {}
        tools = body.get("tools") or None
        return str(
            self.tokenizer.apply_chat_template(
                messages, tools=tools, add_generation_prompt=True, tokenize=False, **options
            )
        )

    # Stopping

    def watch(self) -> None:
        """Return when the server is to stop: on request, unused for too long, or without its generating thread."""
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
        """Remove the state file and end the process; requests that are being answered are cut off."""
        log.info("stopping: %s", self.reason or "asked to")
        try:
            if json.loads(self.state_file.read_text())["pid"] == os.getpid():
                self.state_file.unlink()
                (self.options.folder / guard.SECRET_FILE).unlink(missing_ok=True)
        except (OSError, ValueError, KeyError):
            pass
        self.end_renderer()
        logging.shutdown()
        os._exit(0)
