#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every subcommand on small real input: what it prints, writes and refuses. [SPRITE.1] [EVAL.1] [EVAL.2]
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"
cd "$tap_work" || exit 99

small="--hidden 16 --latent 3 --batch 50 --limit 600"
size_of() {
    wc -c <"$1" | tr -d ' '
}

# --- train ---
expect "train" 0 '^ *2 |' train --data sprites --out run $small --epochs 2
for file in model.safetensors checkpoint.safetensors run.json metrics.csv; do
    check "train writes $file" test -s "run/$file"
done
json_is "run.json is JSON" run/run.json . '.*' # the whole of it
check "metrics.csv has a line per epoch" test "$(wc -l <run/metrics.csv)" -eq 3
expect "train --json" 0 '^{"epoch":2,' train --data sprites --out run-json $small --epochs 2 --json
tail -n 1 out >line
json_is "its lines are JSON" line epoch 2
json_is "with a test loss" line test_loss '[0-9]+\.[0-9]+'
check "the same settings give the same model" cmp run/model.safetensors run-json/model.safetensors
expect "train never overwrites a run" 1 'run/run.json: .*exists' train --data sprites --out run $small
expect "train to a folder that cannot be" 1 '/dev/null/run: ' train --data sprites --out /dev/null/run $small
expect "train on nothing" 1 'absent: ' train --data absent --out never
printf 'no pictures here' >text
expect "train on a text" 1 'text: ' train --data text --out never
expect "train with every other setting" 0 '^ *1 |' train --data sprites --out run-all --hidden 8,6 --latent 2 \
    --activation softplus --likelihood gaussian-fixed --x-variance 0.5 --objective elbo-mc --beta 0.5 --samples 3 \
    --optimiser adamw --lr 2e-3 --beta1 0.8 --beta2 0.99 --epsilon 1e-7 --weight-decay 0.1 --weight-prior 1 \
    --init normal --init-stddev 0.05 --batch 32 --epochs 1 --seed 7 --binarise threshold --limit 64 --engine ref \
    --precision f64 --threads 1
json_is "run.json records them" run-all/run.json . \
    '.*"x_variance":0\.5.*|.*"beta1":0\.8.*' # both spellings of an order of keys

# --- grey data: IDX, 40 pictures of 4 x 4, values 0 to 255 ---
{
    printf '\0\0\010\003\0\0\0\050\0\0\0\004\0\0\0\004'
    awk 'BEGIN {for (i = 0; i < 640; i++) printf "\\%03o", (i * 37) % 256}' | xargs -0 printf
} >grey.idx
check "the grey data are whole" test "$(size_of grey.idx)" -eq 656
tiny="--hidden 5 --latent 2 --epochs 1"
expect "grey data need a likelihood" 1 'binarise dynamic.*likelihood grey' train --data grey.idx --out grey $tiny
expect "or --likelihood grey in the same place" 0 '^ *1 |' train --data grey.idx --out grey $tiny --likelihood grey
expect "or --binarise dynamic" 0 '^ *1 |' train --data grey.idx --out dynamic $tiny --binarise dynamic

# --- eval ---
expect "eval" 0 '^  ELBO  *-[0-9.]* +- ' eval --model run --samples 5
expect "eval --json" 0 '"iwae_se"' eval --model run --samples 5 --json
cp out eval.json
json_is "eval: the test part" eval.json split test
json_is "eval: all rows of it" eval.json n 2048
json_is "eval: the samples" eval.json samples 5
json_is "eval: the ELBO" eval.json elbo '-[0-9]+\.[0-9]+'
json_is "eval: KL of each dimension" eval.json kl_per_dim.2 '[0-9.e-]+'
odd=$(printf 'odd\377')
if cp -r run "$odd" 2>/dev/null; then
    expect "eval --json of a path that is not UTF-8" 0 '"model": "odd\\\\xff/model.safetensors"' \
        eval --model "$odd" --samples 0 --json
    expect "inspect --json of one" 0 '"file": "odd\\\\xff/model.safetensors"' inspect --json "$odd/model.safetensors"
    mkdir "$odd.d" && printf 'P5\n2 2\n255\n0123' >"$odd.d/0.pgm"
    expect "train on one, which run.json cannot keep" 1 'the name of the data source: "odd?.d" is not UTF-8' \
        train --data "$odd.d" --out never --likelihood grey
    check "which it says before it writes" test ! -e never
else
    skip "paths that are not UTF-8" "this file system has none"
fi
expect "eval is repeatable" 0 . eval --model run --samples 5 --json
check "eval is repeatable: to the bit" cmp out eval.json
expect "eval with another seed" 0 . eval --model run --samples 5 --json --seed 2
check "eval with another seed differs" sh -c '! cmp -s out eval.json'
expect "eval --split train --limit" 0 . eval --model run --split train --limit 7 --samples 0 --json
json_is "eval: the limit" out n 7
json_is "eval: the training part" out split train
json_is "eval: no bound without samples" out iwae null
expect "eval of a run binarises as it was trained" 0 . eval --model dynamic --samples 0 --json
json_is "eval: dynamic" out binarise dynamic
expect "eval of a model file needs data" 1 'say which --data' eval --model run/model.safetensors
expect "eval of a model file" 0 '^  ELBO' eval --model run/model.safetensors --data sprites --samples 0 --limit 9
expect "eval on data of another size" 1 'rows of 16 values' eval --model run --data grey.idx
expect "eval of an absent model" 1 'absent: ' eval --model absent
mkdir empty
expect "eval of a folder that is no run" 1 'empty/run.json: ' eval --model empty

# --- pictures and arrays ---
# png_size FILE: width and height out of the header.
png_size() {
    od -An -tu1 -j16 -N8 "$1" | awk '{print ($3 * 256 + $4) "x" ($7 * 256 + $8)}'
}
expect "sample" 0 'drawn from N(0, I)' sample --model run --out samples.png --npy samples.npy --n 10
check "sample: a grid of 4 by 3" test "$(png_size samples.png)" = 118x88
check "sample: 10 pictures as numbers" test "$(size_of samples.npy)" -eq $((128 + 10 * 784 * 8))
expect "sample again" 0 . sample --model run --npy again.npy --n 10
check "sample is repeatable" cmp samples.npy again.npy
expect "sample needs a name" 2 'out or --npy' sample --model run
expect "sample into an absent folder" 1 'absent/s.png: ' sample --model run --out absent/s.png
expect "sample into a device" 1 '/dev/full: ' sample --model run --out /dev/full
expect "reconstruct" 0 'drawn from q(z|x)' reconstruct --model run --out pairs.png --npy pairs.npy --n 9
check "reconstruct: 8 pairs in a row" test "$(png_size pairs.png)" = 478x58
check "reconstruct: pairs as numbers" test "$(size_of pairs.npy)" -eq $((128 + 9 * 2 * 784 * 8))
expect "reconstruct into an absent folder" 1 'absent/p.png: ' reconstruct --model run --out absent/p.png
expect "encode" 0 'q(z|x) of 2048 rows' encode --model run --out codes
for part in mu logvar; do
    check "encode: $part" test "$(size_of codes-$part.npy)" -eq $((128 + 2048 * 3 * 8))
done
expect "encode into an absent folder" 1 'absent/c-mu.npy: ' encode --model run --out absent/c
# A full disk in the middle of a file: the file size limit stands in for it. No part of the file may be left. (GCOV: the
# counts of a build that measures coverage would not fit either.)
(
    trap '' XFSZ
    ulimit -f 4
    GCOV_PREFIX=$tap_work/gcov GCOV_ERROR_FILE=/dev/null aevb encode --model run --out full
) >out 2>err
check "encode to a full disk fails" test "$(wc -l <err)" -eq 1
check "encode to a full disk leaves nothing" test -z "$(ls -a | grep -e full -e tmp)"
{
    printf '\0\0\010\002\0\0\0\050\0\0\0\020'
    tail -c 640 grey.idx
} >rows.idx
expect "train on rows that are no pictures" 0 '^ *1 |' train --data rows.idx --out rows $tiny --likelihood grey
expect "sample without pictures" 1 'no picture' sample --model rows --out rows.png
expect "sample without pictures as numbers" 0 . sample --model rows --npy rows.npy

# --- gradcheck ---
for likelihood in bernoulli grey gaussian gaussian-fixed; do
    for objective in elbo elbo-mc; do
        expect "gradcheck $likelihood $objective" 0 ' 0 beyond' gradcheck --likelihood $likelihood \
            --objective $objective
    done
done
expect "gradcheck --json" 0 . gradcheck --json --hidden 3,2 --latent 2 --x-dim 4 --activation sigmoid
json_is "gradcheck: every parameter" out checked 66
json_is "gradcheck: none failed" out failed 0
json_is "gradcheck: the worst by name" out worst.tensor 'fc[0-9]+\.(weight|bias)'
expect "gradcheck of a model" 0 ' 0 beyond' gradcheck --model rows/model.safetensors
expect "gradcheck of an absent model" 1 'absent: ' gradcheck --model absent

# --- inspect --- (AEVB_LEVEL=ref makes the default float64)
model=run/model.safetensors
expect "inspect" 0 '^  F[36][24]   fc1.weight \[16, 784\]$' inspect $model
expect "inspect: the network" 0 '^model 784-16-3 relu, bernoulli, pictures of 28 x 28$' inspect $model
expect "inspect --json" 0 . inspect $model --json
json_is "inspect: the count" out parameters 26054
json_is "inspect: a shape" out tensors.0.shape.1 784
size=$(size_of $model)
head -c $((size - 1)) $model >short
expect "inspect a short file" 1 'short: ' inspect short
{ cat $model && printf x; } >long
expect "inspect a long file" 1 'long: ' inspect long
{ head -c $((size - 8)) $model && printf '\0\0\0\0\0\0\370\177'; } >nan
expect "inspect a NaN" 1 'nan: ' inspect --values nan
: >nothing
expect "inspect an empty file" 1 'nothing: ' inspect nothing
expect "inspect a text" 1 'text: ' inspect text
expect "inspect a folder" 1 'empty: ' inspect empty
expect "inspect an absent file" 1 'absent: ' inspect absent
expect "eval of a broken file" 1 'short: ' eval --model short --data sprites
# Somebody else's tensors are listed; what their names hold never reaches the terminal as it is.
header='{"a\u001b[31m":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}'
{ printf "\\$(printf %o ${#header})\0\0\0\0\0\0\0%s\0\0\200\077" "$header"; } >foreign
expect "inspect a foreign file" 0 'a\\x1b\[31m \[\]$' inspect foreign
tap_done
