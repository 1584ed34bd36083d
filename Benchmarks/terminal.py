"""A pseudo-terminal around a program, for timing what it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Terminal:
    """Runs a command in a pseudo-terminal and times its output."""

    def __init__(self, command: list[str], columns: int = 80, rows: int = 24, env: dict[str, str] | None = None):
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})})
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execvp(command[0], command)

    def read_burst(self, quiet: float, limit: float) -> tuple[float | None, float | None, int]:
        """Reads until nothing has come for `quiet` seconds: time of the first and the last byte, and how many."""
        first = last = None
        count = 0
        end = time.perf_counter() + limit
        while (now := time.perf_counter()) < end:
            wait = limit if first is None else quiet
            ready, _, _ = select.select([self.fd], [], [], min(wait, end - now))
            if not ready:
                break
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            last = time.perf_counter()
            first = first or last
            count += len(data)
        return first, last, count

    def send(self, keys: str) -> float:
        """Types; returns when."""
        now = time.perf_counter()
        os.write(self.fd, keys.encode())
        return now

    def memory(self) -> float:
        """Resident memory in MB."""
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0

    def wakeups(self) -> int:
        """How often its threads have given the processor up so far."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/status") as status:
                for line in status:
                    if line.startswith(("voluntary_ctxt", "nonvoluntary_ctxt")):
                        total += int(line.split()[1])
        return total

    def ticks(self) -> int:
        """Processor time used so far, in clock ticks."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def cpu(self) -> float:
        """Milliseconds of processor time that its threads have used so far."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as stat:
                total += int(stat.read().split()[0])
        return total / 1e6

    def close(self) -> None:
        """Ends the program."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                break
            for _ in range(50):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.fd)
                    return
                time.sleep(0.02)
        os.close(self.fd)
