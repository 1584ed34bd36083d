#!/usr/bin/env python3
"""Pre-train the model on two CPU processes.

    pretrain.py DATA RUN --parts 1,2 --steps 3000 --tokens 3072 [--decay 800] [--resume RUN/last.pt]

One command is one stage; recipe.sh lists those of the released model. Matrices are trained with
Muon, the rest with AdamW. Data parallelism is one flat all-reduce per step. Progress goes to
RUN/log.txt; RUN/last.pt holds everything needed to go on. Write a step number to
RUN/last-step, further ahead than the decay, to end a stage earlier or later than planned.
"""

import argparse
import os
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from dataset import Dataset, HeldOut
from model import Llama

WARM_UP = 60                       # steps


def loss_of(model, batch, forward=None):
    """Weighted loss, mean loss on answers, and logits with targets at the weighted places."""
    ids, positions, mask, weights = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = (model if forward is None else forward)(ids, positions, mask)
        chosen = weights.flatten() > 0
        targets = torch.roll(ids, -1, 1).flatten()[chosen]
        logits = model.logits(hidden.flatten(0, 1)[chosen])
    each = F.cross_entropy(logits.float(), targets, reduction="none")
    weight = weights.flatten()[chosen]
    answer_loss = each.detach()[weight == 1].mean()
    return (each * weight).sum() / weight.sum(), answer_loss, logits, targets, chosen


@torch.no_grad()
def held_out_accuracy(model, data: HeldOut) -> dict[str, float]:
    """Exact match per turn when fed the right tokens (the same as greedy decoding), by tag."""
    hits, totals = defaultdict(int), defaultdict(int)
    order = sorted(range(len(data.index)), key=data.length)
    for begin in range(0, len(order), 12):
        numbers = order[begin:begin + 12]
        size = data.length(numbers[-1])
        batch = data.get(numbers, size + -size % 16, 0.0)
        _, _, logits, targets, chosen = loss_of(model, batch)
        right = torch.ones(batch[0].numel(), dtype=torch.bool)
        right[chosen] = logits.argmax(-1) == targets
        right = right.view(batch[0].shape)
        for row, k in enumerate(numbers):
            for (first, last), tags in zip(data.answers(k), data.tags[k]):
                hit = bool(right[row, first - 1:last - 1].all())
                guess = {"no-constraints", "no-format"} & set(tags)
                for tag in (["guess"] if guess else tags + ["ALL"]):
                    totals[tag] += 1
                    hits[tag] += hit
    return {tag: hits[tag] / totals[tag] for tag in sorted(totals, key=lambda t: -totals[t])}


def make_optimisers(model, args):
    matrices, rest = [], []
    for name, parameter in model.named_parameters():
        (matrices if parameter.dim() == 2 and "embed" not in name else rest).append(parameter)
    return (torch.optim.Muon(matrices, lr=args.rate, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(rest, lr=args.adam_rate, betas=(0.9, 0.95), weight_decay=0.0))


def set_rates(optimisers, args, step: int, left: int) -> None:
    factor = min(1.0, step / WARM_UP)
    if args.decay:
        factor *= min(1.0, (left + 1) / args.decay)
    for optimiser, rate in zip(optimisers, (args.rate, args.adam_rate)):
        for group in optimiser.param_groups:
            group["lr"] = rate * factor


def average_gradients(parameters, processes: int) -> None:
    flat = torch.cat([p.grad.flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= processes
    begin = 0
    for p in parameters:
        p.grad.copy_(flat[begin:begin + p.numel()].view_as(p))
        begin += p.numel()


def planned_end(args, step: int, planned: int) -> int:
    """The last step: --replan or a file RUN/last-step may move it while training runs."""
    if args.replan:
        at, end = map(int, args.replan.split(":"))
        planned = end if step >= at else planned
    try:
        return int((args.run / "last-step").read_text())
    except (OSError, ValueError):
        return planned


def save(path: Path, model, optimisers, step: int) -> None:
    state = {"model": model.state_dict(), "step": step,
             "optimisers": [o.state_dict() for o in optimisers]}
    torch.save(state, path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def train(rank: int, args) -> None:
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{args.port}", rank=rank,
                            world_size=args.processes)
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    args.run.mkdir(parents=True, exist_ok=True)
    log = open(args.run / "log.txt", "a", encoding="utf-8")

    def say(text: str) -> None:
        if rank == 0:
            print(text, flush=True)
            print(text, file=log, flush=True)

    model = Llama()
    parameters = list(model.parameters())
    optimisers = make_optimisers(model, args)
    first_step = 0
    if args.resume:
        state = torch.load(args.resume)
        model.load_state_dict(state["model"])
        for optimiser, saved in zip(optimisers, state["optimisers"]):
            optimiser.load_state_dict(saved)
        first_step = state["step"]
    say(f"{sum(p.numel() for p in parameters)} parameters, {vars(args)}")

    data = Dataset(args.data, [int(s) for s in args.parts.split(",")])
    held_out = HeldOut(args.data, args.held_out)
    forward = torch.compile(model, dynamic=False)
    batches = data.batches(args.tokens, args.seed + first_step, rank, args.processes)
    rng = np.random.default_rng(args.seed + rank + first_step)
    began, seen, recent = time.time(), 0, []
    step, last_step = first_step, first_step + args.steps
    while step < last_step:
        step += 1
        last_step = planned_end(args, step, last_step)
        done, left = step - first_step, last_step - step
        set_rates(optimisers, args, step, left)
        batch = data.get(*next(batches), args.text_weight, rng)
        loss, answer_loss, *_ = loss_of(model, batch, forward)
        loss.backward()
        average_gradients(parameters, args.processes)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        seen += batch[0].numel() * args.processes
        recent.append((loss.item(), answer_loss.item()))
        if done % 50 == 0:
            seconds = time.time() - began
            means = np.mean(recent, axis=0)
            say(f"step {step} loss {means[0]:.3f} answers {means[1]:.4f} {seen / 1e6:.1f} M tokens "
                f"{seen / seconds:.0f}/s {seconds / 60:.1f} min")
            recent = []
        stops = left == 0 or done == args.stop
        if done % args.evaluate_every == 0 or stops:
            if rank == 0:
                scores = held_out_accuracy(model, held_out)
                say("  held out " + " ".join(f"{tag} {score:.2f}" for tag, score in scores.items()))
                save(args.run / "last.pt", model, optimisers, step)
            dist.barrier()
        if stops:
            break
    dist.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--parts", required=True, help="seeds of the data parts, with commas")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--tokens", type=int, default=3072, help="tokens per process and step")
    parser.add_argument("--decay", type=int, default=0, help="the last so many steps decay to 0")
    parser.add_argument("--rate", type=float, default=0.01, help="learning rate of Muon")
    parser.add_argument("--adam-rate", type=float, default=5e-3)
    parser.add_argument("--text-weight", type=float, default=0.1)
    parser.add_argument("--stop", type=int, help="leave the stage after so many of its steps")
    parser.add_argument("--replan", help="STEP:END moves the last step to END at STEP")
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evaluate-every", type=int, default=300)
    parser.add_argument("--held-out", type=int, default=100, help="held-out sequences to score")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    args = parser.parse_args()
    torch.multiprocessing.spawn(train, (args,), nprocs=args.processes)


if __name__ == "__main__":
    main()
