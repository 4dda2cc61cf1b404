#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The text of AEVB_DATA (text/tinyshakespeare.txt, 1,115,394 characters): loads with its 65 characters, trains one epoch,
# and ends below what a model of single characters can reach. [TEXT.1] [CAT.1]
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

if [ -z "${AEVB_DATA-}" ]; then
    skip "one epoch of text" "AEVB_DATA is not set"
    tap_done
    exit 0
fi

text=$AEVB_DATA/text/tinyshakespeare.txt
expect "one epoch of text" 0 '"epoch":1' train --data "$text" --out "$tap_work/run" --likelihood categorical \
    --window 16 --hidden 256 --latent 32 --epochs 1 --json
tail -n 1 "$tap_work/out" >"$tap_work/last"
json_is "a test loss" "$tap_work/last" test_loss '[0-9]+\.[0-9]+'
loss=$(cat "$tap_work/value")
json_is "rows to train on" "$tap_work/run/run.json" data.train_rows 62740
json_is "rows to test" "$tap_work/run/run.json" data.test_rows 6971
json_is "the alphabet" "$tap_work/run/run.json" model.x_classes 65

# A datum is 16 characters. Nats that 16 independent characters with the frequencies of the training part cost on the
# test part: worked out here from the file.
train=1003854 test=111540
head -c $train "$text" | od -An -v -tu1 -w1 | sort -n | uniq -c >"$tap_work/train"
tail -c $test "$text" | od -An -v -tu1 -w1 | sort -n | uniq -c >"$tap_work/test"
unigram=$(awk -v n=$train -v m=$test 'NR == FNR {p[$2] = $1 / n; next} {h -= $1 / m * log(p[$2])}
    END {printf "%.4f", 16 * h}' "$tap_work/train" "$tap_work/test")
echo "# test -ELBO $loss, single characters $unigram"
check "the bound is better than single characters" awk -v a="$loss" -v b="$unigram" 'BEGIN {exit !(a < b)}'
expect "sample" 0 '^drawn  *"' sample --model "$tap_work/run" --n 3
tap_done
