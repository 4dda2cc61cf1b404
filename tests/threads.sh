#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Training, evaluation, codes and samples have the same bits with one thread and with three, for every likelihood and
# optimiser and both precisions. Built with --enable-sanitizers=thread the same runs must be free of races; Criterion's programs cannot start under it.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

# run THREADS OPTION...: everything that computes, with its results in $tap_work/THREADS
run() {
    threads=$1
    shift
    rm -rf "$tap_work/$threads"
    mkdir "$tap_work/$threads"
    to=$tap_work/$threads
    aevb train --data sprites --limit 150 --epochs 1 --batch 40 --hidden 30,20 --latent 5 --threads "$threads" \
        "$@" --out "$to/run" >"$to/train" 2>"$to/err" &&
        aevb eval --model "$to/run" --limit 20 --samples 70 --json --threads "$threads" >"$to/eval" 2>>"$to/err" &&
        aevb encode --model "$to/run" --limit 50 --out "$to/codes" --threads "$threads" >/dev/null 2>>"$to/err" &&
        aevb sample --model "$to/run" --n 9 --out "$to/sample.png" --threads "$threads" >/dev/null 2>>"$to/err"
}

same() {
    what=$1
    shift
    if ! run 1 "$@" || ! run 3 "$@"; then
        cat "$tap_work"/?/err >"$tap_work/log"
        fail "$what: it runs" "$tap_work/log"
        return
    fi
    sed 's/,[^,]*$//' "$tap_work/1/run/metrics.csv" >"$tap_work/a"
    sed 's/,[^,]*$//' "$tap_work/3/run/metrics.csv" >"$tap_work/b"
    check "$what: the losses are the same" diff "$tap_work/a" "$tap_work/b"
    for file in run/model.safetensors sample.png; do
        check "$what: $file has the same bits" cmp "$tap_work/1/$file" "$tap_work/3/$file"
    done
    sed 's/"threads": *[0-9]*//; s/"seconds": *[0-9.e-]*//; s,/1/run,/N/run,; s,/3/run,/N/run,' "$tap_work/1/eval" >"$tap_work/a"
    sed 's/"threads": *[0-9]*//; s/"seconds": *[0-9.e-]*//; s,/1/run,/N/run,; s,/3/run,/N/run,' "$tap_work/3/eval" >"$tap_work/b"
    check "$what: the evaluation is the same" diff "$tap_work/a" "$tap_work/b"
    for file in "$tap_work"/1/codes*; do
        check "$what: $(basename "$file") has the same bits" cmp "$file" "$tap_work/3/$(basename "$file")"
    done
}

for precision in f32 f64; do
    same "bernoulli, adam, $precision" --likelihood bernoulli --precision $precision
    same "grey, adamw, tanh, 3 samples, $precision" --likelihood grey --optimiser adamw --activation tanh --samples 3 \
        --weight-prior 1 --precision $precision
    same "gaussian, sgd, elbo-mc, $precision" --likelihood gaussian --optimiser sgd --lr 1e-5 --objective elbo-mc \
        --precision $precision
    same "gaussian-fixed, adagrad, dynamic, $precision" --likelihood gaussian-fixed --optimiser adagrad \
        --binarise dynamic --precision $precision
done
tap_done
