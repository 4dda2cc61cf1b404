#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line itself: help, version, exit status 2 for every kind of wrong usage, values checked strictly.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

commands="train eval sample reconstruct encode gradcheck inspect conform vectors"
expect "--version" 0 '^aevb (libaevb) [0-9]' --version
expect "--help" 0 'Exit status: 0 done, 1 failed, 2 wrong usage' --help
for command in $commands; do
    expect "--help lists $command" 0 "^  $command  *[a-z]" --help
    expect "$command --help" 0 "^Usage: aevb $command " "$command" --help
    expect "help $command" 0 "^Usage: aevb $command " help "$command"
    expect "$command --usage" 0 "^Usage: aevb $command " "$command" --usage
    expect "$command --version" 0 '^aevb (libaevb) ' "$command" --version
    expect "$command without what it needs" 2 . "$command" $([ "$command" = gradcheck ] && echo surplus)
    expect "$command with an unknown option" 2 "unrecognized option '--bogus'" "$command" --bogus
done
expect "no command" 2 'which command'
expect "unknown command" 2 "unknown command 'frobnicate'" frobnicate
expect "help for an unknown command" 2 "unknown command 'frobnicate'" help frobnicate

# bad OPTION VALUE...: refused by train with a message that names the option.
bad() {
    option=$1
    shift
    for value; do
        expect "train $option '$value'" 2 "$option: '" train --data sprites --out "$tap_work/never" "$option=$value"
    done
}
bad --hidden '' 0 -1 1.5 400, ,400 400,,400 1048577 1,2,3,4,5,6,7,8,9 none,4 99999999999999999999
bad --latent '' 0 -1 +1 ' 1' '1 ' 0x10 1e3 18446744073709551617
bad --activation '' RELU reluu
bad --likelihood normal
bad --x-variance 0 -1 nan inf 1e999 0x1p3 '1 '
bad --init xavier
bad --init-stddev 0 -0.1
bad --objective iwae
bad --beta -1 nan 1e7
bad --samples 0 1000001
bad --weight-prior -1 inf
bad --optimiser rmsprop
bad --lr '' 0 -1e-3 nan infinity 1e-3x '1e-3 ' 0x1 1,5
bad --momentum -0.1 1.1
bad --beta1 2
bad --epsilon -1
bad --batch 0 -128 1e2
bad --epochs 0 -1
bad --seed -1 18446744073709551616 one
bad --binarise static
bad --limit 0 -5
bad --engine slow
bad --precision f16
bad --level ref sse2 1
bad --threads -1 1025
for order in '--engine ref --precision f32' '--precision f32 --engine ref'; do
    expect "train $order" 2 'f64 only' train --data sprites --out "$tap_work/never" $order
done
expect "train --level of the reference" 2 'no --level' train --data sprites --out "$tap_work/never" \
    --level portable --engine ref
given=$AEVB_LEVEL
export AEVB_LEVEL=portable # a level of the fast engine, which has float32
expect "train --epsilon too small for float32" 1 'is 0 in float32' train --data sprites --limit 64 \
    --out "$tap_work/never" --epsilon 1e-60
expect "train --x-variance too small for float32" 1 'is inf in float32' train --data sprites --limit 64 \
    --out "$tap_work/never" --likelihood gaussian-fixed --x-variance 1e-45
expect "train --x-variance without an inverse" 1 'is inf in float64' train --data sprites --limit 64 \
    --out "$tap_work/never" --likelihood gaussian-fixed --x-variance 1e-310 --precision f64
export AEVB_LEVEL="$given"
expect "train --momentum with adam" 2 'adam takes no' train --data sprites --out "$tap_work/never" --momentum 0.5
expect "train --x-variance with bernoulli" 2 'gaussian-fixed' train --data sprites --out "$tap_work/never" \
    --x-variance 1
expect "train --init-stddev with glorot" 2 'init normal' train --data sprites --out "$tap_work/never" --init-stddev 1
expect "train without --out" 2 '--out is needed' train --data sprites
expect "train without --data" 2 '--data is needed' train --out "$tap_work/never"
expect "train --out with --resume" 2 'exclude' train --out a --resume b
for option in --seed=2 --hidden=3 --lr=1 --batch=4 --limit=5 --binarise=none --beta=1 --objective=elbo \
    --engine=ref --level=best; do
    expect "train --resume with $option" 2 "${option%%=*} cannot change" train --resume run $option
done
expect "surplus argument" 2 'Too many arguments' train surplus
expect "gradcheck --model with a network" 2 'its own network' gradcheck --model m --hidden 3
expect "inspect two files" 2 'one file' inspect a b
check "nothing was written" test ! -e "$tap_work/never"

# A full or closed standard output is a failure, not silence.
if [ -c /dev/full ]; then
    for arguments in --help --version "train --help" gradcheck; do
        status=0
        aevb $arguments >/dev/full 2>"$tap_work/err" || status=$?
        check "aevb $arguments >/dev/full" test "$status" -eq 1
        check "aevb $arguments >/dev/full says so" grep -q 'standard output: ' "$tap_work/err"
    done
else
    skip "full standard output" "there is no /dev/full"
fi
status=0
aevb gradcheck >&- 2>"$tap_work/err" || status=$?
check "closed standard output" test "$status" -eq 1
tap_done
