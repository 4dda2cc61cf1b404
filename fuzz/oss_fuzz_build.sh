#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds all fuzz targets as OSS-Fuzz asks: run in the source tree with CC, CXX, CFLAGS, LIB_FUZZING_ENGINE and OUT
# set; puts into OUT the programs, their dictionaries and their seeds as zip archives.
set -eu
sources=$(cd "$(dirname "$0")/.." && pwd)
work=${WORK:-$(mktemp -d)}
[ -e "$sources/configure" ] || (cd "$sources" && autoreconf -fi)
mkdir -p "$work/aevb"
cd "$work/aevb"
"$sources/configure" --quiet --disable-shared
# The engine may be C++: the linker driver is that of C++.
make -s -j"$(nproc)" fuzzers LIB_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" CCLD="$CXX"
for program in fuzz/fuzz_*; do
    target=${program#fuzz/fuzz_}
    [ -d "$sources/fuzz/corpus/$target" ] || continue # an object file
    cp "$program" "$OUT/"
    [ ! -e "$sources/fuzz/dict/$target.dict" ] || cp "$sources/fuzz/dict/$target.dict" "$OUT/fuzz_$target.dict"
    (cd "$sources/fuzz/corpus/$target" && zip -q "$OUT/fuzz_${target}_seed_corpus.zip" ./*)
done
