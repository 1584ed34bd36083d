"""Measures a release build of Assay as a person and a machine feel it, next to programs that people know.

bench.py ASSAY [--quick]

Everything runs on loopback and in temporary folders. Times are wall-clock medians; compare ratios within one run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / "workspaces" / "support-triage"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def write_workspace(folder: Path, cases: int, port: int) -> None:
    """A workspace with many cases and a mock model."""
    (folder / "prompts/main").mkdir(parents=True)
    (folder / "evals").mkdir()
    (folder / "assay.yaml").write_text(
        f"""name: bench
models:
  mock: {{ api: openai, base_url: "http://127.0.0.1:{port}/v1", model: mock, concurrency: 64 }}
prompts:
  main: prompts/main
eval_sets:
  main: evals/main.jsonl
graders:
  - {{ type: json-equal, fields: [label] }}
variants:
  base: {{ model: mock, prompt: main, temperature: 0, max_tokens: 32 }}
"""
    )
    (folder / "prompts/main/10-task.md").write_text("Label the ticket as JSON.\n")
    (folder / "prompts/main/80-query.md").write_text("{{ ticket }}\n")
    with (folder / "evals/main.jsonl").open("w") as file:
        for number in range(cases):
            case = {
                "id": f"c{number}",
                "input": {"ticket": f"Ticket {number}: the box does not turn on and the light is red."},
                "expected": {"label": "a" if number % 3 else "b"},
                "tags": ["easy" if number % 2 else "hard"],
            }
            file.write(json.dumps(case) + "\n")


def first_frame(command: list[str], runs: int, env: dict[str, str] | None = None) -> float:
    """Milliseconds from start to the last byte of the first picture: what comes before the first pause of 15 ms."""
    times = []
    for _ in range(runs):
        terminal = Terminal(command, env=env)
        _, last, _ = terminal.read_burst(quiet=0.015, limit=5)
        if last:
            times.append((last - terminal.started) * 1000)
        terminal.close()
    return statistics.median(times) if times else float("nan")


def key_times(terminal: Terminal, keys: str, count: int, quiet: float) -> tuple[list[float], list[int]]:
    """Milliseconds from a key to the last byte of its answer, and bytes of the answers."""
    times, sizes = [], []
    for index in range(count):
        sent = terminal.send(keys[index % len(keys)])
        _, last, size = terminal.read_burst(quiet=quiet, limit=0.5)
        if last:
            times.append((last - sent) * 1000)
            sizes.append(size)
        time.sleep(0.004)
    return times, sizes


def idle(terminal: Terminal, seconds: float) -> tuple[int, int]:
    """Wake-ups and clock ticks over some idle seconds."""
    terminal.read_burst(quiet=1, limit=3)
    wakeups, ticks = terminal.wakeups(), terminal.ticks()
    time.sleep(seconds)
    return terminal.wakeups() - wakeups, terminal.ticks() - ticks


def row(name: str, *figures: object) -> None:
    """Prints one line of the table."""
    print(f"  {name:<44}" + "".join(f"{figure:>14}" for figure in figures), flush=True)


def ms(value: float) -> str:
    """A time for the table."""
    return f"{value:.2f} ms"


def measure_peers(text: Path, runs: int, seconds: float) -> None:
    """The same figures for programs that are installed."""
    repository = HERE.parent
    peers = {
        "less": (["less", str(text)], "jk"),
        "vim": (["vim", "-u", "NONE", "-N", str(text)], "jk"),
        "htop": (["htop"], "\x1b"),
        "tig": (["tig", "-C", str(repository)], "jk"),
    }
    for name, (command, keys) in peers.items():
        if not shutil.which(command[0]):
            row(name, "not installed")
            continue
        ready = first_frame(command, runs)
        terminal = Terminal(command)
        terminal.read_burst(quiet=0.5, limit=3)
        times, _ = key_times(terminal, keys, 100, 0.02) if name != "htop" else ([], [])
        wakeups, _ = idle(terminal, seconds)
        row(
            name,
            ms(ready),
            ms(percentile(times, 0.5)) if times else "–",
            ms(percentile(times, 0.99)) if times else "–",
            f"{wakeups}",
            f"{terminal.memory():.1f} MB",
        )
        terminal.close()


PEER = """
import http.client, json, sys, concurrent.futures, threading
port, cases, place = int(sys.argv[1]), int(sys.argv[2]), threading.local()
body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "Ticket"}]})
def ask(number):
    if not hasattr(place, "link"): place.link = http.client.HTTPConnection("127.0.0.1", port)
    place.link.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    return json.loads(place.link.getresponse().read())["choices"][0]["message"]["content"]
with concurrent.futures.ThreadPoolExecutor(64) as pool: list(pool.map(ask, range(cases)))
"""


def spent(command: list[str]) -> tuple[float, float, float]:
    """A command's wall-clock seconds, processor seconds, and most resident memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[:2]} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure_runner(assay: str, folder: Path) -> None:
    """Evaluations against a server that answers at once: each case is rendered, asked, graded and stored."""
    port_file = folder / "fast-port"
    server = subprocess.Popen([sys.executable, str(HERE / "mock_model.py"), str(port_file), "0"])
    try:
        while not port_file.exists():
            time.sleep(0.02)
        port = int(port_file.read_text())
        print("\nEvaluating against a server that answers at once, 64 requests at a time")
        row("", "wall", "CPU per case", "most memory")
        for cases in (1000, 10000):
            write_workspace(folder / f"run-{cases}", cases, port)
            wall, processor, memory = spent([assay, "eval", "base", "-w", str(folder / f"run-{cases}"), "--json"])
            row(f"assay eval, {cases} cases", f"{wall:.2f} s", ms(processor / cases * 1000), f"{memory:.0f} MB")
        wall, processor, memory = spent([sys.executable, "-c", PEER, str(port), "1000"])
        row("a bare Python loop, 1000 requests", f"{wall:.2f} s", ms(processor), f"{memory:.0f} MB")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assay")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    options = parser.parse_args()
    assay = os.path.abspath(options.assay)
    runs, seconds = (5, 3.0) if options.quick else (15, 10.0)
    folder = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    port_file = folder / "port"
    server = subprocess.Popen([sys.executable, str(HERE / "mock_model.py"), str(port_file), "1000"])
    try:
        while not port_file.exists():
            time.sleep(0.02)
        port = int(port_file.read_text())
        write_workspace(folder / "small", 1000, port)
        write_workspace(folder / "large", 20000, port)

        print(f"Terminal, 80x24, 1,000 cases ({os.cpu_count()} cores)")
        row("", "first frame", "key p50", "key p99", f"wakes/{seconds:.0f} s", "memory")
        ready = first_frame([assay, str(folder / "small")], runs)
        terminal = Terminal([assay, str(folder / "small")])
        terminal.read_burst(quiet=0.5, limit=5)
        terminal.send("2")
        terminal.read_burst(quiet=0.3, limit=3)
        quiet_times, _ = key_times(terminal, "jk", 200, 0.02)
        wakeups, ticks = idle(terminal, seconds)
        row(
            "assay",
            ms(ready),
            ms(percentile(quiet_times, 0.5)),
            ms(percentile(quiet_times, 0.99)),
            f"{wakeups}",
            f"{terminal.memory():.1f} MB",
        )
        terminal.close()
        text = folder / "text.txt"
        text.write_text("".join(f"line {n} of a text to scroll in\n" for n in range(5000)))
        measure_peers(text, runs, seconds)
        print(f"  idle processor time of assay: {ticks * 1000 / os.sysconf('SC_CLK_TCK'):.0f} ms in {seconds:.0f} s\n")

        print("Typing")
        terminal = Terminal([assay, str(folder / "small")])
        terminal.read_burst(quiet=0.5, limit=5)
        terminal.send("e")
        terminal.read_burst(quiet=0.3, limit=2)
        terminal.send("\x1b[F")  # to the line's end, where people type
        terminal.read_burst(quiet=0.3, limit=2)
        times, sizes = key_times(terminal, "abcdefgh", 40, 0.02)
        row("a character at the end of a line", ms(percentile(times, 0.5)), f"{statistics.median(sizes):.0f} bytes")
        terminal.send("\x1b[H")
        terminal.read_burst(quiet=0.3, limit=2)
        times, sizes = key_times(terminal, "abcdefgh", 40, 0.02)
        row("a character before the rest of a line", ms(percentile(times, 0.5)), f"{statistics.median(sizes):.0f} bytes")
        terminal.close()

        print("\nKeys while 1,000 outputs a second arrive")
        terminal = Terminal([assay, str(folder / "large")])
        terminal.read_burst(quiet=0.5, limit=5)
        terminal.send("2")
        terminal.read_burst(quiet=0.3, limit=2)
        terminal.send("r")
        time.sleep(1.5)
        busy_times, _ = key_times(terminal, "jk", 300, 0.002)
        row("assay", ms(percentile(busy_times, 0.5)), ms(percentile(busy_times, 0.99)))
        terminal.close()
    finally:
        server.terminate()
        server.wait()

    print("\nHeadless")
    replay = folder / "one"
    write_workspace(replay, 1, 1)
    (replay / "recorded.jsonl").write_text('{"id": "c0", "output": "{\\"label\\": \\"b\\"}"}\n')
    config = (replay / "assay.yaml").read_text()
    (replay / "assay.yaml").write_text(
        config.replace("  mock:", "  recorded: { api: replay, file: recorded.jsonl }\n  mock:").replace(
            "model: mock, prompt", "model: recorded, prompt"
        )
    )
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([assay, "eval", "base", "--workspace", str(replay), "--json"], check=True, capture_output=True)
        times.append((time.perf_counter() - start) * 1000)
    row("assay eval, one recorded case, whole process", ms(statistics.median(times)))
    demo = folder / "demo"
    shutil.copytree(DEMO, demo, ignore=shutil.ignore_patterns(".assay"))
    start = time.perf_counter()
    done = subprocess.run(
        [assay, "eval", "prompted", "--workspace", str(demo), "--json"], capture_output=True, text=True
    )
    if done.returncode == 0:
        run = json.loads(done.stdout)[0]
        row("demo: 100 cases on the local model", f"{run['seconds']:.1f} s", f"{time.perf_counter() - start:.1f} s in all")
    else:
        row("demo: 100 cases on the local model", "failed: " + done.stderr.strip()[-80:])
    measure_runner(assay, folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
