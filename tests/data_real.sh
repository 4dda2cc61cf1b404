#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The data that people have (AEVB_DATA): each set loads and trains for an epoch, LFW gives the same rows from its
# directory, a .tgz, a .tar and a .zip, pixels are those of Pillow, and MNIST loads in the time that zlib needs.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

if [ -z "${AEVB_DATA-}" ]; then
    skip "real data" "AEVB_DATA is not set"
    tap_done
    exit 0
fi
work=$tap_work
tool=$AEVB_BUILDDIR/tests/data_tool

# trains NAME VALUES SOURCE OPTION...: one epoch on rows of that many values, then an evaluation from run.json alone.
trains() {
    name=$1 values=$2 source=$3
    shift 3
    expect "$name trains for an epoch" 0 '^ *1 |' train --data "$source" --out "$work/run" --likelihood grey \
        --hidden 50 --latent 5 --epochs 1 "$@"
    check "$name: rows of $values values" grep -q "of $values values" "$work/out"
    expect "$name: its run evaluates" 0 'ELBO' eval --model "$work/run" --samples 0
    rm -rf "$work/run"
}
trains LFW 2914 "$AEVB_DATA/lfw" --preset lfw
trains "LFW, its own crop" 11750 "$AEVB_DATA/lfw" --crop 70:195,78:172
trains ORL 10304 "$AEVB_DATA/orl"
trains "ORL, half size" 2576 "$AEVB_DATA/orl" --scale 0.5
trains Frey 560 "$AEVB_DATA/frey/frey-images-idx3-ubyte.gz"
trains Omniglot 784 "$AEVB_DATA/omniglot/omniglot28-images-idx3-ubyte.gz"
trains "Omniglot, originals" 11025 "$AEVB_DATA/omniglot/omniglot105-images-idx3-ubyte.gz" --limit 500
trains "MNIST, the first 1000" 784 "$AEVB_DATA/mnist" --limit 1000

# rows NAME SOURCE FILE [lfw]: writes the rows in the order of the source.
rows() {
    name=$1
    shift
    check "$name" "$tool" "$@"
}
rows "LFW from the directory" "$AEVB_DATA/lfw" "$work/lfw.raw" lfw
check "1143 rows of 62 x 47" test "$(wc -c <"$work/lfw.raw")" -eq $((1143 * 62 * 47))
# Archives in another order than that of the rows.
find "$AEVB_DATA/lfw" -type f | LC_ALL=C sort -r | sed "s,^$AEVB_DATA/,," >"$work/list"
tar -C "$AEVB_DATA" -czf "$work/lfw.tgz" -T "$work/list"
tar -C "$AEVB_DATA" -cf "$work/lfw.tar" -T "$work/list"
for kind in tgz tar; do
    rows "LFW from a .$kind" "$work/lfw.$kind" "$work/lfw-$kind.raw" lfw
    check "LFW from a .$kind is that from the directory" cmp "$work/lfw.raw" "$work/lfw-$kind.raw"
done
head -c $(($(wc -c <"$work/lfw.tgz") / 2)) "$work/lfw.tgz" >"$work/cut.tgz"
expect "half of the .tgz" 1 'cut.tgz: ' train --data "$work/cut.tgz" --out "$work/run" --preset lfw

python=
for candidate in "${AEVB_PYTHON-}" python3 /usr/bin/python3; do
    if [ -n "$candidate" ] && "$candidate" -c 'import numpy, PIL' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -n "$python" ]; then
    (cd "$AEVB_DATA" && "$python" -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as z:
    for name in open(sys.argv[1]).read().split("\n")[:-1]:
        z.write(name)' "$work/list" "$work/lfw.zip")
    rows "LFW from a .zip" "$work/lfw.zip" "$work/lfw-zip.raw" lfw
    check "LFW from a .zip is that from the directory" cmp "$work/lfw.raw" "$work/lfw-zip.raw"
    check "LFW is Pillow's and scikit-learn's steps" "$python" "$AEVB_SRCDIR/tests/pictures_pillow.py" lfw \
        "$AEVB_DATA/lfw" "$work/lfw.raw"
    rows "ORL from the directory" "$AEVB_DATA/orl" "$work/orl.raw"
    check "ORL is Pillow's" "$python" "$AEVB_SRCDIR/tests/pictures_pillow.py" grey "$AEVB_DATA/orl" "$work/orl.raw"
    "$python" "$AEVB_SRCDIR/tests/pictures_pillow.py" make "$work/made"
    rows "pictures that Pillow wrote" "$work/made" "$work/made.raw"
    check "pictures that Pillow wrote are what it reads" "$python" "$AEVB_SRCDIR/tests/pictures_pillow.py" grey \
        "$work/made" "$work/made.raw"
else
    skip "pixels as Pillow has them" "no python3 with NumPy and Pillow (Debian: python3-pil)"
fi

# CPU seconds, the least of seven in turn; a sanitized or unoptimised build is no measurement of anything.
if [ -n "${AEVB_SAN-}" ]; then
    skip "MNIST loads within 1.5 of zlib's own time" "sanitized build"
else
    "$tool" time "$AEVB_DATA/mnist" >"$work/time"
    echo "# MNIST .gz: CPU seconds of loading and of zlib alone: $(cat "$work/time")"
    check "MNIST loads within 1.5 of zlib's own time" awk '{exit !($1 > 0 && $2 > 0 && $1 <= 1.5 * $2)}' "$work/time"
fi
tap_done
