#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the kernels, src/ref and checkkern for aarch64 and runs them under qemu-user: the neon level must meet its
# bounds and yield the same hashes as the other FMA levels. Part of check-long.
set -u
srcdir=${AEVB_SRCDIR:-$(dirname "$0")/..}
cc=${AEVB_AARCH64_CC:-aarch64-linux-gnu-gcc}
qemu=${AEVB_AARCH64_RUN:-qemu-aarch64}
for tool in "$cc" "$qemu"; do
    if ! command -v "$tool" >/dev/null 2>&1; then
        echo "1..0 # SKIP $tool is not installed: the neon level was not run"
        exit 0
    fi
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cat >"$work/config.h" <<'END'
#define AEVB_HAVE_NEON 1
#define PACKAGE_VERSION "cross"
END
flags="-std=c11 -O2 -ffp-contract=off -D_GNU_SOURCE -I$work -I$srcdir/include -I$srcdir/src"
objects=
compile() { # OBJECT SOURCE FLAGS...
    object=$work/$1.o
    source=$srcdir/$2
    shift 2
    # shellcheck disable=SC2086
    "$cc" $flags "$@" -c "$source" -o "$object" || exit 1
    objects="$objects $object"
}
for level in portable neon; do
    for bits in 32 64; do
        compile "kern_${level}_$bits" src/fast/kern.c "-DAEVB_KERN_LEVEL=$level" "-DAEVB_KERN_LEVEL_$level" "-DAEVB_BITS=$bits"
    done
    compile "draw_$level" src/fast/draw.c "-DAEVB_KERN_LEVEL=$level" "-DAEVB_KERN_LEVEL_$level" -DAEVB_BITS=64
done
for file in src/fast/level src/fast/dispatch src/error src/rng/philox src/rng/quantile src/objective/objective \
    src/objective/weight_prior src/model/model_names src/ref/affine src/ref/activation src/ref/reparam src/ref/kl \
    src/ref/density src/ref/bernoulli src/ref/categorical src/ref/gaussian src/ref/domain src/ref/optimisers; do
    compile "$(basename "$file")" "$file.c"
done
for file in "$srcdir"/tests/checkkern/check*.c "$srcdir"/tests/checkkern/kern_*.c "$srcdir"/tests/checkkern/ulps.c; do
    name=$(basename "$file" .c)
    compile "$name" "tests/checkkern/$name.c"
done
# shellcheck disable=SC2086
"$cc" -static $objects -lm -o "$work/checkkern" || exit 1
"$qemu" "$work/checkkern" --level=neon "$@"
