#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A short MNIST run at the settings of the usual example (784-400-20, relu, grey, Adam 1e-3, batch 128): 2 epochs of
# the first 10,000 pictures end at the test -ELBO that was measured. A wrong loss or gradient that still trains shows
# here.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

if [ -z "${AEVB_DATA-}" ]; then
    skip "2 epochs of 10,000 MNIST pictures" "AEVB_DATA is not set"
    tap_done
    exit 0
fi

# Measured with the reference, seeds 1 to 12, nats per datum: 158.508 160.179 156.604 159.881 159.761 158.374 158.331
# 159.357 160.956 159.927 159.065 158.983: mean 159.1605, standard deviation s = 1.1312. One more run is farther
# from the mean than t s sqrt(1 + 1/12) = 4.437 * 1.1312 * 1.0408 = 5.22 once in 1,000 (Student's t, 11 degrees of
# freedom).
mean=159.16 within=5.22
expect "2 epochs of 10,000 MNIST pictures" 0 '"epoch":2' train --data "$AEVB_DATA/mnist" --out "$tap_work/run" \
    --likelihood grey --hidden 400 --latent 20 --activation relu --batch 128 --lr 1e-3 --epochs 2 --limit 10000 \
    --seed 13 --json
tail -n 1 "$tap_work/out" >"$tap_work/last"
json_is "a test loss" "$tap_work/last" test_loss '[0-9]+\.[0-9]+'
loss=$(cat "$tap_work/value")
echo "# test -ELBO $loss, expected $mean +- $within"
check "the test -ELBO is $mean within $within" awk -v loss="$loss" -v mean=$mean -v within=$within \
    'BEGIN {d = loss - mean; exit !(d <= within && d >= -within)}'
tap_done
