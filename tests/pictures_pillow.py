#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of pictures as Pillow has them.

    lfw DIRECTORY ROWS     crop, halve and average as scikit-learn's fetch_lfw_people does
    grey DIRECTORY ROWS    convert("L")
    make DIRECTORY         pictures of all kinds and one size

ROWS are the bytes that libaevb made of the directory. They may differ by one level from the mean of the colours,
which is no whole number, and from grey by none."""
import os
import sys

import numpy as np
from PIL import Image


def files(root):
    for folder in sorted(os.listdir(root), key=os.fsencode):
        path = os.path.join(root, folder)
        names = sorted(os.listdir(path), key=os.fsencode) if os.path.isdir(path) else []
        for name in names:
            if name.lower().endswith((".jpg", ".png", ".pgm", ".ppm")):
                yield os.path.join(path, name)


def lfw(path):
    picture = Image.open(path).crop((78, 70, 172, 195)).resize((47, 62), Image.BICUBIC)
    return np.asarray(picture).astype(np.float64).mean(axis=2)


def grey(path):
    return np.asarray(Image.open(path).convert("L")).astype(np.float64)


def make(root):
    """Colour and grey JPEG (chroma whole and halved, baseline and progressive), PNG with and without palette and
    alpha, PGM, PPM."""
    rng = np.random.default_rng(1)
    for label in range(3):
        folder = os.path.join(root, f"class {label}")
        os.makedirs(folder)
        low = rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)
        colour = Image.fromarray(low).resize((33, 41), Image.BICUBIC)
        noise = Image.fromarray(rng.integers(0, 256, (41, 33, 4), dtype=np.uint8))
        for subsampling in range(3):
            colour.save(f"{folder}/s{subsampling}.jpg", quality=80, subsampling=subsampling)
            colour.save(f"{folder}/p{subsampling}.JPG", quality=50, subsampling=subsampling, progressive=True)
        colour.convert("L").save(f"{folder}/grey.jpg")
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
            noise.convert("RGB" if mode == "P" else "RGBA").convert(mode).save(f"{folder}/{mode}.png")
        noise.convert("L").save(f"{folder}/a.pgm")
        noise.convert("RGB").save(f"{folder}/a.ppm")


def compare(pixels, root, rows):
    want = np.stack([pixels(path) for path in files(root)])
    got = np.fromfile(rows, dtype=np.uint8)
    if got.size != want.size:
        sys.exit(f"{got.size} pixels instead of {want.shape}")
    difference = np.abs(got.reshape(want.shape) - want)
    print(f"{want.shape[0]} pictures of {want.shape[1]} x {want.shape[2]}: largest difference {difference.max():.4f}")
    if difference.max() > (1 if pixels is lfw else 0):
        worst = int(difference.reshape(len(want), -1).max(axis=1).argmax())
        sys.exit(f"worst: {list(files(root))[worst]}")


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    compare({"lfw": lfw, "grey": grey}[sys.argv[1]], sys.argv[2], sys.argv[3])
