"""Serve one model, with at most one adapter, over HTTP on a loopback port, while clients use it.

Built on mlx_lm.server, with these differences: the weights are loaded once, whatever model or adapter a request names;
a free port is chosen; `state.json` appears in the server's folder once the first token has been generated, and is
removed when the server stops; clients hold a shared lock on `lease`, and without one the server stops by itself. Only
clients that can read the file `secret` in that folder are answered (see guard.py). Additional requests:

    GET  /assay/hello      proves that this is the server whose secret the client has read
    GET  /assay/info       what is being served, with what
    POST /assay/tokenize   {"messages": […]} → count and rendered prompt; {"texts": […]} → counts
    POST /assay/stop       stop now
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from assay_engine import device, files, isolation, model_checks
from assay_engine.serve.connections import log
from assay_engine.serve.server import Server

STARTUP_FAILED = 3
"""Exit status when the model can't be loaded; the last line of the log says why."""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line."""
    parser = argparse.ArgumentParser(prog="serve", description="Serve one model and adapter for Assay.")
    parser.add_argument("--model", required=True, help="a model's folder, or hub:org/name@revision")
    parser.add_argument("--revision", help="of a model on the hub: a branch, a tag or a commit")
    parser.add_argument("--adapter", type=Path, help="an adapter's folder")
    parser.add_argument("--folder", required=True, type=Path, help="where secret, state.json and lease are")
    parser.add_argument("--instance", default="", help="a name that clients can recognise this process by")
    parser.add_argument("--grace", type=float, default=60, help="seconds to stay without a client")
    parser.add_argument("--prompt-cache", type=int, default=16, help="how many prompts to keep computed")
    parser.add_argument("--allow-download", action="store_true", help="fetch a model that is not on this machine")
    return parser.parse_args(arguments)


class LibraryFilter(logging.Filter):
    """Reduces a library's message to the place that it comes from, since it may contain texts of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != log.name:
            kind = record.exc_info[0] if record.exc_info else None
            record.msg = f"{record.module}, line {record.lineno}{f': {kind.__name__}' if kind else ''}"
            record.args, record.exc_info, record.exc_text, record.stack_info = None, None, None, None
        return True


def set_up_log() -> None:
    """Log Assay's own messages, and of libraries' warnings only where they come from."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(LibraryFilter())
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", handlers=[handler])
    log.setLevel(logging.INFO)
    warnings.simplefilter("ignore")


def main(arguments: Sequence[str]) -> int:
    """Serve until the server is to stop. This ends the process, since the interpreter would wait for threads."""
    device.use_fast_blas()
    options = parse_arguments(arguments)
    options.folder = options.folder.absolute()
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    os.umask(0o077)
    isolation.isolate()
    set_up_log()
    server: Server | None = None
    try:
        files.private_folder(options.folder)
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
    return 0
