#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the same networks on the same data with libaevb, PyTorch and NumPy, turn by turn, and prints the ratios.

Usage: run_peers.py [--aevb ./aevb] [--config abcd] [--turns 7] [--seconds 1.5] [--out NAME]

Every program runs in a process of its own and waits while the others have their turn, so that a slow minute of the
machine falls on all of them. Each is tried with one thread and with all; ratios are of the best thread count of each,
and are the median over the turns of (ours / theirs in the same round). The exit status is 1 when a program fails or a
loss is not finite. --out also writes NAME.csv and NAME.json, when all is measured."""
import argparse
import contextlib
import csv
import json
import math
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# What keeps OpenBLAS from choosing for the CPU it runs on.
UNWANTED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "AEVB_LEVEL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# glibc keeps what is freed instead of giving it back to the system, which tuned PyTorch gains much from.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "-1", "MALLOC_MMAP_MAX_": "0", "MALLOC_TOP_PAD_": str(256 << 20)}


def fail(message):
    sys.exit(f"run_peers.py: {message}")


@contextlib.contextmanager
def kept(path):
    """A text file that takes its name when all went well; until then an earlier one of that name stays."""
    temporary = f"{path}.{os.getpid()}.tmp"
    if os.path.isdir(path):
        fail(f"{path}: is a directory")
    try:
        file = open(temporary, "x", newline="", encoding="utf-8")
    except OSError as e:
        fail(f"{path}: {e.strerror}")
    try:
        with file:
            yield file
            try:
                file.flush()
                os.fsync(file.fileno())
                os.replace(temporary, path)
            except OSError as e:
                fail(f"{path}: {e.strerror}")
    except BaseException:
        os.unlink(temporary)
        raise


class Program:
    def __init__(self, name, threads, command, extra=None):
        env = {k: v for k, v in os.environ.items() if k not in UNWANTED}
        env.update(extra or {})
        self.name, self.threads, self.rates = name, threads, []
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        except OSError as e:
            fail(f"{command[0]}: {e.strerror}")
        self.versions = self.answer("ready").get("versions", "")

    def answer(self, key):
        """The next line of the program, which must have the key."""
        line = self.process.stdout.readline()
        if not line:
            fail(f"{self.name} with {self.threads} threads ended without an answer")
        try:
            result = json.loads(line)
            result[key]
        except (ValueError, TypeError, KeyError):
            fail(f"{self.name} with {self.threads} threads answers {line.strip()!r}")
        return result

    def turn(self, seconds):
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, which answer() says
        result = self.answer("samples_per_s")
        if not math.isfinite(result["loss"]) or result["samples_per_s"] <= 0:
            fail(f"{self.name} yields {result}")
        self.rates.append(result["samples_per_s"])

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def programs(aevb, config, cores):
    peer = [sys.executable, os.path.join(HERE, "vae_torch.py"), config]
    for threads in sorted({1, cores}):
        yield Program("libaevb", threads, [aevb, "bench", "--serve", config, "--threads", str(threads)])
    for threads in sorted({1, cores}):
        pinned = dict(KEEP_MEMORY, OMP_NUM_THREADS=str(threads), OMP_PROC_BIND="true")
        yield Program("PyTorch, tuned", threads, peer + ["tuned", str(threads)], pinned)
    yield Program("PyTorch, defaults", cores, peer + ["defaults"])
    yield Program("PyTorch, DataLoader", cores, peer + ["loader"])
    for threads in sorted({1, cores}):
        yield Program("NumPy", threads, [sys.executable, os.path.join(HERE, "vae_numpy.py"), config],
                      {"OPENBLAS_NUM_THREADS": str(threads)})


def best(running, name):
    return max((p for p in running if p.name == name), key=lambda p: statistics.median(p.rates))


def measure(options, config, cores):
    running = list(programs(options.aevb, config, cores))
    for p in running:
        p.turn(0.3)
        p.rates.clear()
    for _ in range(options.turns):
        for p in running:
            p.turn(options.seconds)
    for p in running:
        p.end()
    ours = best(running, "libaevb")
    rows = []
    for p in running:
        shown = p is best(running, p.name)
        ratios = sorted(a / b for a, b in zip(ours.rates, p.rates))
        rows.append({
            "config": config, "program": p.name, "threads": p.threads, "versions": p.versions,
            "samples_per_s": statistics.median(p.rates), "low": min(p.rates), "high": max(p.rates),
            "ratio": statistics.median(ratios) if shown else None,
            "ratio_low": ratios[0] if shown else None, "ratio_high": ratios[-1] if shown else None})
    return rows


def measure_all(options):
    rows = []
    print(f"{'':1} {'program':20} {'threads':>7} {'samples/s':>10} {'low':>10} {'high':>10}   "
          "libaevb is faster by (range)")
    for config in options.config:
        for row in measure(options, config, len(os.sched_getaffinity(0))):
            rows.append(row)
            ratio = "" if row["ratio"] is None else \
                f"{row['ratio']:6.2f}  ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"
            print(f"{config} {row['program']:20} {row['threads']:7} {row['samples_per_s']:10.0f} {row['low']:10.0f} "
                  f"{row['high']:10.0f}   {ratio}", flush=True)
    for name in sorted({r["versions"] for r in rows if r["versions"]}):
        print(name)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aevb", default="./aevb", help="the command (default ./aevb)")
    parser.add_argument("--config", default="abcd", help="training configurations (default abcd)")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a turn")
    parser.add_argument("--out", help="also write OUT.csv and OUT.json")
    options = parser.parse_args()
    if options.turns < 1 or not options.seconds > 0 or not set(options.config) <= set("abcd") or not options.config:
        parser.error("--turns from 1, --seconds above 0, --config some of abcd")
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(kept(options.out + ending)) for ending in (".csv", ".json")] if options.out else []
        rows = measure_all(options)
        if files:
            writer = csv.DictWriter(files[0], rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
            json.dump(rows, files[1], indent=1)


main()
