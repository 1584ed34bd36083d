"""The server's connections, which are bounded in number."""

from __future__ import annotations

import logging
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from assay_engine.serve import guard

log = logging.getLogger("assay")
"""Messages of Assay's own. Those of libraries may contain prompts and answers (see `LibraryFilter`)."""


class LoopbackServer(ThreadingHTTPServer):
    """A threading server with room for a burst of connections (the library's queue holds five), and for no more."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(guard.MOST_CONNECTIONS)
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
