#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Data on the command line: how pictures are read is kept by the run, limits can be moved, mistakes are told.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"
cd "$tap_work" || exit 99

# 30 pictures of 6 x 8, three labels.
for i in 0 1 2 3 4 5 6 7 8 9; do
    for label in a b c; do
        mkdir -p "faces/$label"
        printf 'P2\n8 6\n9\n' >"faces/$label/$i.pgm"
        awk -v i="$i" -v l="$label" 'BEGIN {for (k = 0; k < 48; k++) print (k * 5 + i * 3 + index("abc", l)) % 10}' \
            >>"faces/$label/$i.pgm"
    done
done
small="--hidden 4 --latent 2 --epochs 1 --batch 8 --likelihood grey"
expect "a directory of pictures" 0 'pictures: 27 rows to train on, 3 to test, of 48 values' \
    train $small --data faces --out plain
expect "cropped and scaled" 0 'of 6 values' train $small --data faces --out steps --crop 1:6,2:8 --scale 0.5
expect "the run keeps its steps" 0 'ELBO' eval --model steps --samples 0
expect "which is the size of its pictures" 0 '"image_rows": 2' inspect --json steps/model.safetensors
expect "encode names the labels" 0 'codes-mu.npy, -logvar.npy, -labels.npy, -labels.txt: ' encode --model steps --out codes
check "a line for each directory" test "$(cat codes-labels.txt)" = "$(printf 'a\nb\nc')"
expect "resumed with them" 0 '^ *2 |' train --resume steps --epochs 2
expect "not with others" 2 'cannot change when a run is resumed' train --resume steps --epochs 3 --scale 0.25
expect "nor evaluated with others" 1 "a run's own data are read as the run read them" eval --model steps --scale 1
tar -czf faces.tgz faces
expect "the same data out of an archive" 0 'ELBO' eval --model steps --samples 0 --data faces.tgz --crop 1:6,2:8 \
    --scale 0.5
expect "the archive without the steps" 1 'has rows of 48 values, the model takes 6' eval --model steps --data faces.tgz
expect "a crop beyond the pictures" 1 'faces/a/0.pgm: 6 rows and 8 columns, but rows 1:7' \
    train $small --data faces --out never --crop 1:7,2:8
expect "the preset of larger pictures" 1 'faces/a/0.pgm: 6 rows and 8 columns, but rows 70:195' \
    train $small --data faces --out never --preset lfw
expect "steps on data that are no pictures" 1 'sprites: crop, scale and grey are for trees of pictures' \
    train $small --data sprites --out never --scale 0.5
expect "nor on a text" 1 'text:README: crop, scale and grey are for trees of pictures' \
    train --data text:README --out never --preset lfw
# The first bytes of what other programs compress.
while read -r name bytes; do
    printf "$bytes rest of it" >"faces.$name"
    expect "compressed by $name" 1 "faces.$name: is compressed by $name; gzip and zip are read" \
        train $small --data "faces.$name" --out never
done <<'END'
xz \3757zXZ
bzip2 BZh91AY
zstd \050\265\057\375
7z 7z\274\257\047\034
END
expect "a limit on files" 1 'more than 29 files' train $small --data faces --out never --max-entries 29
expect "a limit on pixels" 1 'beyond the limit of 47 pixels' train $small --data faces --out never --max-pixels 47
for bad in --crop=1:7 --crop=1:7,2 --crop=3:3,0:1 --crop=0:0,0:0 --crop=1:2,3:4,5 --crop=a:b,c:d --crop= --scale=0 \
    --scale=1.1 --scale=x --grey=red --preset=mnist --range=all --max-ratio=0; do
    expect "usage: $bad" 2 "${bad%%=*}: '" train $small --data faces --out never "$bad"
done
check "nothing was written" test ! -e never

# Numbers: 40 rows of 2 float64, made of printf alone; 64 bytes of header.
array() {
    printf '\223NUMPY\001\000\166\000'
    printf '%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (40, 2), }"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        printf '\000\000\000\000\000\000\360\277\000\000\000\000\000\000\000\100' # -1, 2
        printf '\000\000\000\000\000\000\340\077\000\000\000\000\000\000\000\000' # 1/2, 0
    done
}
array >a.npy
expect "numbers outside 0..1" 1 'a.npy: wrong scale: element 0 of row 0 is -1, outside 0..1' \
    train --data a.npy --out never --hidden 4 --latent 2 --likelihood gaussian
expect "with --range any" 0 'npy: 36 rows to train on, 4 to test, of 2 values' \
    train --data a.npy --out any --hidden 4 --latent 2 --epochs 1 --likelihood gaussian --range any
expect "which the run keeps" 0 'ELBO' eval --model any --samples 0
expect "not under a likelihood of 0..1" 1 . \
    train --data a.npy --out never --hidden 4 --latent 2 --likelihood grey --range any
tap_done
