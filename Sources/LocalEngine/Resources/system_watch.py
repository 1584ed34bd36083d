"""What a training job takes of its machine, as `system` events in its `events.jsonl`.

The trainers watch themselves with it (`Watch`); as a program, `system_watch.py PID EVENTS_FILE [PERIOD]`, it watches a
process and all that it has started until that process ends. It needs Python's standard library only.

An event has `cpu`, the share of all cores that is busy, whoever uses them; `job_cpu`, the job's own share of all cores;
`memory_gb`, what the job's processes hold; and `gpus`, a list with what is known of each. What can't be found out is
left out.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

PERIOD = 5.0
"""Seconds from one sample to the next."""

FIRST = 0.8
"""Seconds until the first sample."""

GPU_QUERY = "index,uuid,utilization.gpu,memory.used,memory.total,power.draw,temperature.gpu"
"""What nvidia-smi is asked for, in this order."""

MOST_GPUS = 64


class Process(NamedTuple):
    """One process at one time."""

    pid: int
    parent: int
    session: int
    seconds: float
    """Of CPU time, with that of the children it has waited for."""
    memory: int
    """Bytes of it that are in memory."""


# Linux


def linux_processes() -> list[Process]:
    """All processes that can be seen."""
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    processes: list[Process] = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            used = sum(int(field) for field in fields[11:15]) / tick
            processes.append(Process(int(name), int(fields[1]), int(fields[3]), used, int(fields[21]) * page))
        except (OSError, ValueError, IndexError):
            continue  # It has ended meanwhile.
    return processes


def linux_machine() -> tuple[float, float]:
    """The time that all cores together were busy, and all the time they had, since the start."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(field) for field in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


# Darwin


def darwin_processes() -> list[Process]:
    """All processes, as `ps` shows them."""
    columns = ["ps", "-axo", "pid=,ppid=,sess=,rss=,time="]
    text = subprocess.run(columns, capture_output=True, text=True, timeout=10, check=False).stdout
    processes: list[Process] = []
    for line in text.splitlines():
        try:
            pid, parent, _, memory, used = line.split()
            # ps shows a session's address here, not the id of its leader.
            processes.append(Process(int(pid), int(parent), 0, clock_seconds(used), int(memory) << 10))
        except ValueError:
            continue
    return processes


def clock_seconds(text: str) -> float:
    """Seconds of [days-][hours:]minutes:seconds."""
    days, _, clock = text.rpartition("-")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds + 86_400 * int(days or 0)


def darwin_machine() -> tuple[float, float]:
    """As on Linux, from the kernel's host statistics."""
    libc = ctypes.CDLL(None)
    libc.mach_host_self.restype = ctypes.c_uint32
    ticks, count = (ctypes.c_uint32 * 4)(), ctypes.c_uint32(4)
    if libc.host_statistics(libc.mach_host_self(), 3, ticks, ctypes.byref(count)) != 0:
        raise OSError("host_statistics")
    user, system, idle, nice = ticks
    return float(user + system + nice), float(user + system + nice + idle)


def apple_gpus() -> list[dict[str, float]]:
    """The GPU of an Apple chip, which shares the machine's memory."""
    command = ["ioreg", "-r", "-d", "1", "-w", "0", "-c", "IOAccelerator"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    gpus: list[dict[str, float]] = []
    for part in text.split("+-o ")[1:]:
        gpu: dict[str, float] = {}
        if busy := re.search(r'"Device Utilization %"\s*=\s*(\d+)', part):
            gpu["utilization"] = min(1.0, int(busy.group(1)) / 100)
        if used := re.search(r'"In use system memory"\s*=\s*(\d+)', part):
            gpu["memory_gb"] = round(int(used.group(1)) / 1e9, 3)
        if gpu:
            gpu["memory_total_gb"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 3)
            gpus.append(gpu)
    return gpus[:MOST_GPUS]


# NVIDIA


def number(text: str) -> float | None:
    """A number of nvidia-smi's; nothing for `[N/A]`, `[Not Supported]` and the like."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def gpu_line(line: str) -> tuple[str, str, dict[str, float]] | None:
    """A GPU's index, its unique id, and what is known of it, from a line of nvidia-smi's."""
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != len(GPU_QUERY.split(",")) or not fields[0].isdigit():
        return None
    busy, used, total, power, heat = (number(field) for field in fields[2:])
    gpu: dict[str, float] = {}
    if busy is not None:
        gpu["utilization"] = min(1.0, busy / 100)
    if used is not None:
        gpu["memory_gb"] = round(used * (1 << 20) / 1e9, 3)
    if total is not None:
        gpu["memory_total_gb"] = round(total * (1 << 20) / 1e9, 3)
    if power is not None:
        gpu["power_w"] = power
    if heat is not None:
        gpu["temperature_c"] = heat
    return fields[0], fields[1], gpu


def is_visible(index: str, unique_id: str, visible: str | None) -> bool:
    """Whether `CUDA_VISIBLE_DEVICES` lets the job see a GPU."""
    if visible is None:
        return True
    wanted = [part.strip() for part in visible.split(",")]
    return any(part == index or (part.startswith("GPU-") and unique_id.startswith(part)) for part in wanted)


class NvidiaSMI:
    """One nvidia-smi that tells of the GPUs again and again, since each start of it takes long.

    A thread reads what it says, so that nobody waits for a driver that hangs.
    """

    def __init__(self, period: float) -> None:
        self._fresh = 3 * max(1.0, period)
        self._gpus: dict[str, tuple[float, dict[str, float]]] = {}
        self._visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        command = ["nvidia-smi", f"--query-gpu={GPU_QUERY}", "--format=csv,noheader,nounits"]
        command += ["-l", str(max(1, round(period)))]
        self._process: subprocess.Popen[str] | None = None
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        except OSError:
            return
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        try:
            for line in self._process.stdout:
                found = gpu_line(line[:1000])
                if found is not None and is_visible(found[0], found[1], self._visible) and len(self._gpus) < MOST_GPUS:
                    self._gpus[found[0]] = (time.monotonic(), found[2])
        except (OSError, ValueError):
            pass
        self._process.wait()

    def gpus(self) -> list[dict[str, float]]:
        """What it said last, unless that is long ago."""
        now = time.monotonic()
        known = sorted(self._gpus.copy().items(), key=lambda item: int(item[0]))
        return [gpu for _, (then, gpu) in known if now - then < self._fresh]

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


# Watching


class Sampler:
    """Tells how much was used since the last time it was asked."""

    def __init__(self, root: int, period: float) -> None:
        self.root = root
        self.is_darwin = sys.platform == "darwin"
        self.cores = os.cpu_count() or 1
        self.smi = None if self.is_darwin else NvidiaSMI(period)
        self._machine = self._last_machine = (0.0, 0.0)
        self._seconds: dict[int, float] = {}
        self._time = time.monotonic()
        self.sample()

    def job(self) -> list[Process]:
        """The watched process, what it has started, and what those have; but not nvidia-smi."""
        processes = darwin_processes() if self.is_darwin else linux_processes()
        members = {self.root}
        by_parent: dict[int, list[int]] = {}
        for process in processes:
            by_parent.setdefault(process.parent, []).append(process.pid)
            # One whose parent has ended is found by the session, when the watched process leads one.
            if process.session == self.root:
                members.add(process.pid)
        waiting = list(members)
        while waiting:
            found = [child for child in by_parent.get(waiting.pop(), []) if child not in members]
            members.update(found)
            waiting += found
        members.discard(self.smi.pid if self.smi is not None and self.smi.pid is not None else -1)
        return [process for process in processes if process.pid in members]

    def sample(self) -> dict[str, Any]:
        """The values of one event."""
        values: dict[str, Any] = {}
        try:
            busy, whole = darwin_machine() if self.is_darwin else linux_machine()
            before, self._machine = self._machine, (busy, whole)
            if whole > before[1]:
                values["cpu"] = round(min(1.0, max(0.0, (busy - before[0]) / (whole - before[1]))), 3)
        except (OSError, ValueError, IndexError):
            pass
        now = time.monotonic()
        try:
            processes = self.job()
        except (OSError, subprocess.SubprocessError):
            processes = []
        if processes:
            used = sum(max(0.0, one.seconds - self._seconds.get(one.pid, 0.0)) for one in processes)
            self._seconds = {one.pid: one.seconds for one in processes}
            if now > self._time:
                values["job_cpu"] = round(min(1.0, used / (now - self._time) / self.cores), 3)
            values["memory_gb"] = round(sum(one.memory for one in processes) / 1e9, 3)
        self._time = now
        try:
            values["gpus"] = apple_gpus() if self.smi is None else self.smi.gpus()
        except (OSError, subprocess.SubprocessError):
            values["gpus"] = []
        return values

    def stop(self) -> None:
        if self.smi is not None:
            self.smi.stop()


class Watch:
    """Samples in a thread of its own, beside the work."""

    def __init__(self, root: int, period: float, tell: Callable[..., None]) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(root, period, tell), daemon=True)
        self._thread.start()

    def _run(self, root: int, period: float, tell: Callable[..., None]) -> None:
        try:
            sampler = Sampler(root, period)
            pause = min(FIRST, period)
            while not self._ended.wait(pause):
                tell("system", **sampler.sample())
                pause = period
            sampler.stop()
        except Exception as error:  # Whatever it is, training goes on without.
            print(f"The machine is not watched any more: {type(error).__name__}: {error}", file=sys.stderr)

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=1)


def start_of(pid: int) -> str | None:
    """When a process began, which with the id names it for good; nothing when it has ended."""
    if sys.platform == "darwin":
        command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        state, _, begin = text.strip().partition(" ")
        return begin.strip() if state and not state.startswith("Z") else None
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return fields[19].decode() if fields[0] not in (b"Z", b"X") else None


def main() -> NoReturn:
    """Watch a process of somebody else until it ends."""
    try:
        pid, path = int(sys.argv[1]), sys.argv[2]
        period = float(sys.argv[3]) if len(sys.argv) > 3 else PERIOD
    except (IndexError, ValueError):
        sys.exit(f"usage: {Path(sys.argv[0]).name} PID EVENTS_FILE [SECONDS]")
    path = os.path.abspath(path)
    os.chdir("/")
    begin = start_of(pid)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def tell(event: str, **values: Any) -> None:
        line = {"event": event, "time": round(time.time(), 3)} | values
        os.write(file, (json.dumps(line) + "\n").encode())

    watch = Watch(pid, max(0.1, period), tell)
    parent = os.getppid()
    while begin is not None and start_of(pid) == begin and os.getppid() == parent:
        time.sleep(2 if sys.platform == "darwin" else 0.5)
    watch.stop()
    os._exit(0)


if __name__ == "__main__":
    main()
