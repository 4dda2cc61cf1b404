# SPDX-License-Identifier: GPL-3.0-or-later
"""What the peers share: the four training configurations, the data, and the protocol with run_peers.py.

A peer reads one line per turn from its standard input, trains for that many seconds and answers with one line of JSON:
{"samples_per_s": ..., "loss": ...}. It trains on between turns where it stopped."""
import json
import sys
import time

import numpy as np

# name: data, hidden widths, latent width, activation, batch
CONFIGS = {
    "a": (784, (400,), 20, "relu", 128),
    "b": (784, (500,), 20, "tanh", 100),
    "c": (2914, (512,), 100, "relu", 32),
    "d": (784, (200, 200), 50, "tanh", 20),
}
ROWS = 10000


def data(x_dim):
    """[ROWS][x_dim] bytes; src/bench/bench_steps.c makes the same."""
    n = np.arange(ROWS, dtype=np.uint32)[:, None]
    i = np.arange(x_dim, dtype=np.uint32)[None, :]
    with np.errstate(over="ignore"):
        h = (n * np.uint32(2654435761)) ^ (i * np.uint32(2246822519))
        h = (h ^ (h >> np.uint32(15))) * np.uint32(3266489917)
    return (h >> np.uint32(24)).astype(np.uint8)


def versions():
    """Python, NumPy, PyTorch where it is loaded, and the BLAS that is."""
    parts = ["Python " + sys.version.split()[0], "NumPy " + np.__version__]
    if "torch" in sys.modules:
        parts.append("PyTorch " + sys.modules["torch"].__version__)
    with open("/proc/self/maps") as maps:
        loaded = {line.split("/")[-1].strip() for line in maps if "blas" in line or "mkl" in line}
    return ", ".join(parts + sorted(loaded))


def serve(epochs, batch):
    """epochs() yields the loss after every step, for ever."""
    steps = epochs()
    for _ in range(20):
        next(steps)
    print(json.dumps({"ready": True, "versions": versions()}), flush=True)
    for line in sys.stdin:
        seconds = float(line)
        count, start = 0, time.perf_counter()
        while True:
            loss = next(steps)
            count += 1
            spent = time.perf_counter() - start
            if spent >= seconds:
                break
        print(json.dumps({"samples_per_s": count * batch / spent, "loss": float(loss)}), flush=True)
