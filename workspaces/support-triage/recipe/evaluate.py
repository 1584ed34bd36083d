#!/usr/bin/env python3
"""Score the prompts of the workspace, or an adapter, through a real mlx_lm.server at temperature 0.

    evaluate.py WORKSPACE [--adapter FOLDER] [--general] [--only NAME,NAME] [--model FOLDER]

Standard library only; the server runs in the Python given with --python. Without an adapter the
prompts of the ladder are scored, with one the short prompt. --general adds the general set.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OPENBLAS = "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0"
LADDER = {
    "task-only": ("role", "task"),
    "task+format": ("role", "task", "format"),
    "task+format+constraints": ("role", "task", "constraints", "format"),
    "task+format+constraints+context": ("role", "context", "task", "constraints", "format"),
    "prompted": ("role", "context", "task", "constraints", "format", "examples"),
}
FIELDS = ("category", "priority", "needs_human")


class Server:
    """An mlx_lm.server process; close() stops it."""

    def __init__(self, python: str, model: Path, adapter: Path | None, port: int):
        environment = dict(os.environ, HF_HUB_OFFLINE="1")
        if os.path.exists(OPENBLAS):
            environment.setdefault("LD_PRELOAD", OPENBLAS)
        command = [python, "-m", "mlx_lm", "server", "--model", str(model), "--port", str(port),
                   "--log-level", "WARNING"]
        if adapter:
            command += ["--adapter-path", str(adapter)]
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/v1/models", timeout=2).read()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server stopped")
                time.sleep(0.2)
        sys.exit("the server did not start")

    def chat(self, messages: list[dict]) -> tuple[str, dict]:
        body = {"model": "default_model", "messages": messages, "temperature": 0, "max_tokens": 64}
        request = urllib.request.Request(self.url + "/v1/chat/completions",
                                         json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        reply = json.load(urllib.request.urlopen(request, timeout=300))
        return reply["choices"][0]["message"]["content"], reply["usage"]

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)


def read_jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def messages(system: str, ticket: str) -> list[dict]:
    return [{"role": "system", "content": system}, {"role": "user", "content": ticket}]


def ladder_prompt(workspace: Path, sections: tuple[str, ...]) -> str:
    files = sorted((workspace / "prompts/best").glob("*.md"))
    return "\n\n".join(f.read_text().strip() for f in files if f.stem[3:] in sections)


def ask_all(server: Server, conversations: list[list[dict]]):
    began = time.time()
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(server.chat, conversations))
    return replies, time.time() - began


def wilson(hits: int, total: int, z: float = 1.96) -> str:
    share = hits / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low, high = ((centre + sign * spread) / (1 + z * z / total) for sign in (-1, 1))
    return f"{100 * low:.0f}-{100 * high:.0f}"


def parse(text: str) -> dict | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def score(cases: list[dict], replies, seconds: float) -> dict:
    """Exact matches, valid JSON, single fields, matches by tag, tokens and time."""
    answers = [parse(text) for text, _ in replies]
    hits = [answer == case["expected"] for case, answer in zip(cases, answers)]
    by_tag: dict[str, list[bool]] = {}
    for case, hit in zip(cases, hits):
        by_tag.setdefault(case["tags"][0], []).append(hit)
    fields = {f: sum((a or {}).get(f) == c["expected"][f] for a, c in zip(answers, cases))
              for f in FIELDS}
    return {
        "exact": f"{sum(hits)}/{len(hits)}", "interval": wilson(sum(hits), len(hits)),
        "valid_json": sum(a is not None for a in answers), **fields,
        "tags": {tag: f"{sum(h)}/{len(h)}" for tag, h in sorted(by_tag.items())},
        "prompt_tokens": round(sum(u["prompt_tokens"] for _, u in replies) / len(replies), 1),
        "seconds": round(seconds, 1)}


def score_general(cases: list[dict], replies, seconds: float) -> dict:
    hits = sum(text.strip() == case["expected"]["answer"]
               for case, (text, _) in zip(cases, replies))
    return {"exact": f"{hits}/{len(cases)}", "interval": wilson(hits, len(cases)),
            "seconds": round(seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--general", action="store_true")
    parser.add_argument("--show", type=int, default=0, help="print so many wrong answers")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--port", type=int, default=8791)
    args = parser.parse_args()
    prompts = {name: ladder_prompt(args.workspace, parts) for name, parts in LADDER.items()}
    short = (args.workspace / "prompts/short/30-task.md").read_text().strip()
    names = args.only.split(",") if args.only else (["tuned"] if args.adapter else list(LADDER))
    cases = read_jsonl(args.workspace / "evals/main.jsonl")
    server = Server(args.python, args.model or args.workspace / "model", args.adapter, args.port)
    try:
        server.chat(messages("hello", "hello"))
        for name in names:
            system = prompts.get(name, short)
            replies, seconds = ask_all(
                server, [messages(system, case["input"]["ticket"]) for case in cases])
            print(name, json.dumps(score(cases, replies, seconds)), flush=True)
            wrong = [(c, r) for c, (r, _) in zip(cases, replies) if parse(r) != c["expected"]]
            for case, reply in wrong[:args.show]:
                print("   ", case["tags"][0], "|", case["input"]["ticket"], "|", reply)
        if args.general:
            cases = read_jsonl(args.workspace / "evals/general.jsonl")
            replies, seconds = ask_all(
                server, [messages(c["input"]["system"], c["input"]["ticket"]) for c in cases])
            print("general", json.dumps(score_general(cases, replies, seconds)))
    finally:
        server.close()


if __name__ == "__main__":
    main()
