#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs that stop: a run resumed after any kind of end goes on as if it had never stopped, to the bit, and its files
# can be read at any time.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"
cd "$tap_work" || exit 99

# Adam has two states, dynamic binarisation draws per epoch, the last batch is short: all must survive a stop.
settings="--data sprites --limit 410 --hidden 24 --latent 3 --batch 50 --binarise dynamic --seed 5"
expect "a run that is left alone" 0 '^ *6 |' train $settings --out straight --epochs 6

# same NAME RUN: ends with the model and the losses of the run that was left alone (its last column is time).
same() {
    check "$1: the same model" cmp straight/model.safetensors "$2/model.safetensors"
    cut -d, -f1-9 straight/metrics.csv >straight.csv
    cut -d, -f1-9 "$2/metrics.csv" >stopped.csv
    check "$1: the same losses" cmp straight.csv stopped.csv
}

expect "two epochs" 0 '^ *2 |' train $settings --out stopped --epochs 2
expect "then four more" 0 '^ *6 |' train --resume stopped --epochs 6
same "resumed" stopped
expect "a finished run has nothing to do" 0 . train --resume stopped
same "resumed at its end" stopped
expect "with other threads" 0 . train $settings --out threads --epochs 6 --threads 2
same "threads" threads
expect "resuming what is no run" 1 'absent/run.json: ' train --resume absent
# Somebody else's 20 pictures of 28 x 28: the bytes of the model will do.
{ printf '\0\0\010\003\0\0\0\024\0\0\0\034\0\0\0\034' && head -c 15680 straight/model.safetensors; } >other.idx
expect "resuming on other data" 1 'the data are not those of the run' train --resume stopped --epochs 7 \
    --data other.idx
expect "a run on a file" 0 '^ *1 |' train --data other.idx --out moved --hidden 4 --latent 2 --batch 5 --epochs 1 \
    --likelihood grey
mv other.idx elsewhere.idx
expect "whose file is gone" 1 'other.idx: ' train --resume moved --epochs 2
expect "which is elsewhere now" 0 '^ *2 |' train --resume moved --epochs 2 --data elsewhere.idx

# Levels with other bits: not in one run. In place of the fast engine the reference is recorded as what it is.
given=$AEVB_LEVEL
export AEVB_LEVEL=ref
expect "the reference by AEVB_LEVEL" 0 '^engine   ref f64$' train --data sprites --limit 64 --out judged --hidden 4 \
    --latent 2 --batch 16 --epochs 1
json_is "is recorded" judged/run.json settings.engine '"?ref"?'
export AEVB_LEVEL=portable
expect "a fast run" 0 'level portable' train --data sprites --limit 64 --out portable --hidden 4 --latent 2 \
    --batch 16 --epochs 1
export AEVB_LEVEL=ref
expect "resumed as another engine" 1 'trained at level portable .* level ref, which yields other bits' \
    train --resume portable --epochs 2
export AEVB_LEVEL="$given"
expect "a reference run goes on without AEVB_LEVEL" 0 '^ *2 |' train --resume judged --epochs 2

# start RUN: trains in the background for longer than we wait; the process is $running.
start() {
    "$AEVB_BUILDDIR/aevb" train $settings --out "$1" --epochs 100000 >background.out 2>background.err &
    running=$!
}
# seen PATTERN: waits until the background run has printed it.
seen() {
    for i in $(seq 600); do
        grep -q "$1" background.out && return
        sleep 0.1
    done
    return 1
}

start terminated
check "the background run starts" seen '^ *2 |'
kill -TERM $running
status=0
wait $running || status=$?
check "SIGTERM: exit status 1" test "$status" -eq 1
check "SIGTERM: says how to go on" grep -q '^aevb train: .*aevb train --resume terminated' background.err
check "SIGTERM: one line" test "$(wc -l <background.err)" -eq 1
check "SIGTERM: a model" aevb inspect --values terminated/model.safetensors
# catch_up NAME RUN: both runs go on to the same epoch, beyond what either has done; then they are the same.
catch_up() {
    done=$(cat straight/metrics.csv "$2/metrics.csv" | cut -d, -f1 | grep -v epoch | sort -n | tail -n 1)
    expect "$1: straight as far" 0 . train --resume straight --epochs $((done + 1))
    expect "$1: resumed" 0 . train --resume "$2" --epochs $((done + 1))
    same "$1" "$2"
}
catch_up SIGTERM terminated

# kill -9 at five moments, each time while it trains or writes.
start killed
check "the next background run starts" seen '^ *1 |'
for delay in 0.05 0.11 0.02 0.17 0.07; do
    sleep $delay
    kill -KILL $running 2>/dev/null
    wait $running 2>/dev/null
    check "kill -9: a model that loads" aevb inspect --values killed/model.safetensors
    check "kill -9: which evaluates" aevb eval --model killed --samples 0 --limit 10
    "$AEVB_BUILDDIR/aevb" train --resume killed --epochs 100000 >background.out 2>background.err &
    running=$!
    seen '^ *[0-9][0-9]* |' || fail "the killed run goes on" background.err
done
kill -TERM $running
wait $running
catch_up "kill -9" killed
tap_done
