"""What a training job uses of its machine, as `system` events in its `events.jsonl`.

The training programs watch themselves with it (`Watch`). Run as a program, `system_watch.py PID EVENTS_FILE [PERIOD]`,
it watches a process and all of its descendants until that process ends; Assay copies this file to a job's folder for
that, so it imports nothing but Python's standard library.

An event has `cpu`, the share of all cores that is busy with anything; `job_cpu`, the job's own share of all cores;
`memory_gb`, the memory of the job's processes; and `gpus`, a list with what is known of each GPU. What can't be found
out is left out.
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
"""The columns that nvidia-smi prints."""

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
                processes.append(stat_process(int(name), file.read(), tick, page))
        except (OSError, ValueError, IndexError):
            continue  # It has ended meanwhile.
    return processes


def stat_process(pid: int, text: bytes, tick: int, page: int) -> Process:
    """A process from its `/proc/PID/stat`, whose name may hold spaces and parentheses.

    Raises `ValueError` or `IndexError` where the text is not one.
    """
    fields = text.rpartition(b")")[2].split()
    seconds = sum(int(field) for field in fields[11:15]) / tick
    return Process(pid, int(fields[1]), int(fields[3]), seconds, int(fields[21]) * page)


def linux_machine() -> tuple[float, float]:
    """Busy time of all cores together, and all their time, in ticks since the start."""
    with open("/proc/stat", encoding="ascii") as file:
        return busy_ticks(file.readline())


def busy_ticks(line: str) -> tuple[float, float]:
    """Busy ticks and all ticks from the first line of `/proc/stat`."""
    ticks = [int(field) for field in line.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


# Darwin


def darwin_processes() -> list[Process]:
    """All processes, as `ps` shows them."""
    columns = ["ps", "-axo", "pid=,ppid=,sess=,rss=,time="]
    return ps_processes(subprocess.run(columns, capture_output=True, text=True, timeout=10, check=False).stdout)


def ps_processes(text: str) -> list[Process]:
    """Processes from lines of `ps`: id, parent, session, kilobytes and CPU time."""
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
    """Busy time and all time as on Linux, from the kernel's host statistics."""
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
    return ioreg_gpus(text, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def ioreg_gpus(text: str, memory: int) -> list[dict[str, float]]:
    """GPUs from what `ioreg` prints, on a machine with so many bytes of memory."""
    gpus: list[dict[str, float]] = []
    for part in text.split("+-o ")[1:]:
        gpu: dict[str, float] = {}
        if busy := re.search(r'"Device Utilization %"\s*=\s*(\d+)', part):
            gpu["utilization"] = min(1.0, int(busy.group(1)) / 100)
        if used := re.search(r'"In use system memory"\s*=\s*(\d+)', part):
            gpu["memory_gb"] = round(int(used.group(1)) / 1e9, 3)
        if gpu:
            gpu["memory_total_gb"] = round(memory / 1e9, 3)
            gpus.append(gpu)
    return gpus[:MOST_GPUS]


# NVIDIA


def number(text: str) -> float | None:
    """A number that nvidia-smi prints; None for `[N/A]`, `[Not Supported]` and the like."""
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
    """One nvidia-smi that reports the GPUs periodically, since each start of it takes long.

    A thread reads its output, so that a driver that hangs holds nothing up.
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
        """Its last report of each GPU, unless that is old."""
        now = time.monotonic()
        known = sorted(self._gpus.copy().items(), key=lambda item: int(item[0]))
        return [gpu for _, (then, gpu) in known if now - then < self._fresh]

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()


# Watching


def family(processes: list[Process], root: int) -> list[Process]:
    """A process and its descendants, those included whose parents have ended where the process leads a session."""
    members = {root} | {process.pid for process in processes if process.session == root}
    by_parent: dict[int, list[int]] = {}
    for process in processes:
        by_parent.setdefault(process.parent, []).append(process.pid)
    waiting = list(members)
    while waiting:
        found = [child for child in by_parent.get(waiting.pop(), []) if child not in members]
        members.update(found)
        waiting += found
    return [process for process in processes if process.pid in members]


class Sampler:
    """Measures what was used since the last sample."""

    def __init__(self, root: int, period: float) -> None:
        self.root = root
        self.is_darwin = sys.platform == "darwin"
        self.cores = os.cpu_count() or 1
        self.smi = None if self.is_darwin else NvidiaSMI(period)
        self._machine = (0.0, 0.0)
        self._seconds: dict[int, float] = {}
        self._time = time.monotonic()
        self.sample()

    def job(self) -> list[Process]:
        """The watched process and its descendants, without the nvidia-smi that is started here."""
        processes = darwin_processes() if self.is_darwin else linux_processes()
        ours = self.smi.pid if self.smi is not None else None
        return [process for process in family(processes, self.root) if process.pid != ours]

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
    """Writes samples from a thread of its own."""

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
    """When a process started, which with its id identifies it for good; None once it has ended."""
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
    """Watch another process until it ends."""
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
