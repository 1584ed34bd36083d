"""Measures a release build of Assay as a person and a machine feel it, next to programs that people know.

bench.py ASSAY [--quick] [--peers]

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
from collections.abc import Callable
from pathlib import Path

from terminal import Terminal

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / "workspaces" / "support-triage"
# Where other evaluators are installed.
ENVIRONMENT = HERE.parent / ".build" / "bench-peers"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def short_text(number: int) -> str:
    """A case's text of 60 bytes, all ASCII."""
    return f"Ticket {number}: the box does not turn on and the light is red."


def long_text(number: int) -> str:
    """A case's text of about 400 bytes, half of them CJK and emoji."""
    sentences = "路由器无法启动，指示灯一直是红色的，请尽快处理 🔴🙏。 The box does not turn on and the light is red. "
    return f"工单{number}：{sentences * 3}"


def write_workspace(folder: Path, cases: int, port: int, text: Callable[[int], str] = short_text) -> None:
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
                "input": {"ticket": text(number)},
                "expected": {"label": "a" if number % 3 else "b"},
                "tags": ["easy" if number % 2 else "hard"],
            }
            file.write(json.dumps(case, ensure_ascii=False) + "\n")


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


LOOP = """
import asyncio, json, sys
port, cases = int(sys.argv[1]), int(sys.argv[2])
async def ask(turns):
    body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "Ticket"}]}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\\r\\nHost: mock\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in turns:
        writer.write(head + body)
        answer = await reader.readuntil(b"\\r\\n\\r\\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\\r\\n")[0])
        json.loads(await reader.readexactly(length))["choices"][0]["message"]["content"]
    writer.close()
async def main():
    turns = iter(range(cases))
    await asyncio.gather(*(ask(turns) for _ in range(min(64, cases))))
asyncio.run(main())
"""

INSPECT = """
import json, sys
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import exact
cases = [json.loads(line) for line in open(sys.argv[2])]
samples = [
    Sample(id=case["id"], input="Label the ticket as JSON.\\n\\n" + case["input"]["ticket"], target=json.dumps(case["expected"]))
    for case in cases
]
log = eval(
    Task(dataset=MemoryDataset(samples), scorer=exact()), model="openai-api/mock/mock", log_dir=sys.argv[3], display="none",
    model_base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", max_connections=64, max_samples=64, temperature=0, max_tokens=32,
)
sys.exit(0 if log[0].status == "success" else 1)
"""

LM_EVAL_TASK = """task: bench
dataset_path: json
dataset_kwargs: {{data_files: {{test: {cases}}}}}
output_type: generate_until
test_split: test
doc_to_text: "Label the ticket as JSON.\\n\\n{{{{input.ticket}}}}"
doc_to_target: '{{"label": "{{{{expected.label}}}}"}}'
generation_kwargs: {{until: ["\\n\\n"], max_gen_toks: 32, temperature: 0}}
metric_list: [{{metric: exact_match}}]
"""


class Mock:
    """The server, while a `with` block lasts."""

    def __init__(self, folder: Path, rate: float = 0, latency: float = 0) -> None:
        self.port_file = folder / f"port-{rate}-{latency}"
        self.command = [sys.executable, str(HERE / "mock_model.py"), str(self.port_file), str(rate), str(latency)]

    def __enter__(self) -> int:
        self.server = subprocess.Popen(self.command)
        while not self.port_file.exists():
            time.sleep(0.02)
        return int(self.port_file.read_text())

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait()
        self.port_file.unlink()


def spent(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float, float]:
    """A command's wall-clock seconds, processor seconds, and most resident memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[:2]} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def evaluated(
    assay: str, folder: Path, cases: int, port: int, runs: int, text: Callable[[int], str] = short_text
) -> tuple[float, float, float]:
    """What an evaluation from nothing spends, as `spent` says it: the medians of some runs."""
    results = []
    for _ in range(runs):
        workspace = folder / "run"
        write_workspace(workspace, cases, port, text)
        results.append(spent([assay, "eval", "base", "-w", str(workspace), "--json"]))
        shutil.rmtree(workspace)
    wall, processor, memory = zip(*results)
    return statistics.median(wall), statistics.median(processor), statistics.median(memory)


def measure_runner(assay: str, folder: Path, quick: bool, peers: bool) -> None:
    """Evaluations from nothing: each case is rendered, asked, graded and stored. A case's cost is without start-up, which
    is what an evaluation of one case costs."""
    print("\nEvaluating against a server that answers at once, 64 requests at a time")
    row("", "wall", "CPU per case", "most memory", "more per case")
    own = 0.0
    with Mock(folder) as port:
        _, start, former = evaluated(assay, folder, 1, port, 5)
        former_cases = 1
        for cases, runs in [(1000, 5), (10000, 3)] + ([] if quick else [(100000, 1)]):
            wall, processor, memory = evaluated(assay, folder, cases, port, runs)
            cost = (processor - start) / cases * 1000
            own = cost if cases == 10000 else own
            more = (memory - former) * 1024 / (cases - former_cases)
            row(f"assay eval, {cases} cases", f"{wall:.2f} s", us(cost), f"{memory:.0f} MB", f"{more:.2f} KB")
            former, former_cases = memory, cases
        _, processor, _ = evaluated(assay, folder, 6000, port, 3, long_text)
        own_long = (processor - start) / 6000 * 1000
        row("assay eval, 6000 cases of 400 bytes, CJK and emoji", "", us(own_long), "", "")
        for name, sizes, command in peer_commands(folder, port, peers):
            processors = [spent(command(cases), peer_environment(folder))[1] for cases in sizes]
            cost = (processors[1] - processors[0]) / (sizes[1] - sizes[0]) * 1000
            row(name, "", us(cost), "", f"{cost / own:.1f} times assay's")
        for name, sizes, command in peer_commands(folder, port, peers, long_text):
            processors = [spent(command(cases), peer_environment(folder))[1] for cases in sizes]
            cost = (processors[1] - processors[0]) / (sizes[1] - sizes[0]) * 1000
            row(f"{name}, the long texts", "", us(cost), "", f"{cost / own_long:.1f} times assay's")
    cases, latency = (2000, 50) if quick else (10000, 50)
    with Mock(folder, latency=latency) as port:
        wall, _, _ = evaluated(assay, folder, cases, port, 1 if quick else 3)
        ideal = cases * latency / 1000 / 64
        row(
            f"{cases} cases, {latency} ms latency, whole process",
            f"{wall:.2f} s",
            f"ideal {ideal:.2f} s",
            f"{(wall / ideal - 1) * 100:+.1f} %",
        )
        wall, _, _ = spent([sys.executable, "-c", LOOP, str(port), str(cases)])
        row("the same by a bare Python loop", f"{wall:.2f} s", "", f"{(wall / ideal - 1) * 100:+.1f} %")


def us(milliseconds: float) -> str:
    """A small time for the table."""
    return f"{milliseconds:.3f} ms"


def peer_environment(folder: Path) -> dict[str, str]:
    """Variables that keep the peers off the network."""
    more = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "OPENAI_API_KEY": "none", "MOCK_API_KEY": "none"}
    return os.environ | more | {"HF_HOME": str(folder / "huggingface")}


def peer_commands(
    folder: Path, port: int, peers: bool, text: Callable[[int], str] = short_text
) -> list[tuple[str, tuple[int, int], Callable[[int], list[str]]]]:
    """Who else evaluates the same cases, with two numbers of cases whose difference tells what a case costs."""

    def cases_file(cases: int) -> Path:
        workspace = folder / f"peer-{text.__name__}-{cases}"
        if not workspace.exists():
            write_workspace(workspace, cases, port, text)
        return workspace / "evals/main.jsonl"

    def lm_eval(cases: int) -> list[str]:
        tasks = folder / f"tasks-{text.__name__}-{cases}"
        tasks.mkdir()
        (tasks / "bench.yaml").write_text(LM_EVAL_TASK.format(cases=cases_file(cases)))
        address = f"base_url=http://127.0.0.1:{port}/v1/chat/completions"
        model = f"model=mock,{address},num_concurrent=64,max_retries=1,tokenized_requests=False"
        options = ["--model_args", model, "--tasks", "bench", "--include_path", str(tasks), "--apply_chat_template"]
        logs = ["--output_path", str(folder / "lm-eval"), "--log_samples"]
        return [str(ENVIRONMENT / "bin/lm_eval"), "run", "--model", "local-chat-completions", *options, *logs]

    def inspect(cases: int) -> list[str]:
        python = str(ENVIRONMENT / "bin/python")
        return [python, "-c", INSPECT, str(port), str(cases_file(cases)), str(folder / "inspect")]

    loop = ("a bare Python loop", (64, 10000), lambda cases: [sys.executable, "-c", LOOP, str(port), str(cases)])
    # The loop asks with a text of its own, the same each time.
    found = [loop] if text is short_text else []
    if not peers:
        if text is long_text:
            return found
        row("other evaluators", "make bench PEERS=1 measures them too")
    elif install_peers():
        found.append(("lm-evaluation-harness", (64, 10000 if text is short_text else 6000), lm_eval))
        if text is short_text:
            found.append(("Inspect", (64, 1064), inspect))
    return found


def install_peers() -> bool:
    """Makes the virtual environment of the peers; says so when that can't be done here."""
    pins = HERE / "requirements-peers.txt"
    mark = ENVIRONMENT / "pins.txt"
    if mark.exists() and mark.read_text() == pins.read_text():
        return True
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        command = [str(ENVIRONMENT / "bin/pip"), "install", "--quiet", "--requirement", str(pins)]
        subprocess.run(command, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        row("other evaluators", f"not measured: {(error.stderr or str(error)).strip().splitlines()[-1][:80]}")
        return False
    mark.write_text(pins.read_text())
    return True


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assay")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and cases")
    parser.add_argument("--peers", action="store_true", help="other evaluators too; installs them the first time")
    options = parser.parse_args()
    assay = os.path.abspath(options.assay)
    os.environ["ASSAY_TRUST"] = "1"  # the workspaces are made here
    runs, seconds = (5, 3.0) if options.quick else (15, 10.0)
    folder = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    with Mock(folder, rate=1000) as port:
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

        terminal = Terminal([assay, str(folder / "small")], columns=120, rows=40)
        terminal.read_burst(quiet=0.5, limit=5)
        terminal.send("2")
        terminal.read_burst(quiet=0.3, limit=3)
        used = terminal.cpu()
        _, sizes = key_times(terminal, "j", 200, 0.02)
        used = (terminal.cpu() - used) / 200
        row("a key in Cases at 120x40, processor time", ms(used), f"{statistics.median(sizes):.0f} bytes")
        terminal.close()

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
    measure_runner(assay, folder, options.quick, options.peers)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
