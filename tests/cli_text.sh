#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Text from the shell: training on it, its alphabet in the model, and what the commands say about text that is not the
# model's. [TEXT.1] [TEXT.2] [TEXT.3] [CAT.1]
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"
cd "$tap_work" || exit 99

# 6,000 characters over an alphabet of 8: two words and their order is all there is to learn.
awk 'BEGIN {for (i = 0; i < 1000; i++) printf "%s", i * i % 7 < 4 ? "abcde " : "edcba\n"}' >words.txt
tiny="--likelihood categorical --hidden 8 --latent 2 --batch 32 --window 12"
expect "train" 0 '^ *3 |' train --data words.txt --out run $tiny --epochs 3
check "train says what it reads" grep -q '^text  *windows of 12 characters, one every 12, out of an alphabet of 7' out
json_is "run.json: the window" run/run.json settings.window 12
json_is "run.json: the stride" run/run.json settings.stride 12
json_is "run.json: the alphabet" run/run.json model.alphabet 0a206162636465
json_is "run.json: the rows" run/run.json data.train_rows 450
cp words.txt words
expect "text: says that a file is text" 0 . train --data text:words --out again $tiny --epochs 3
check "and reads the same" cmp run/model.safetensors again/model.safetensors
expect "the reference" 0 '^ *1 |' train --data words.txt --out ref $tiny --epochs 1 --engine ref --limit 40
expect "a stride" 0 '^data  *text: 1797 rows to train on, 197 to test' train --data words.txt --out stride $tiny \
    --stride 3 --epochs 1

# --- the likelihood belongs to text, and text to the likelihood ---
expect "text needs the likelihood" 1 'words.txt is text, which needs --likelihood categorical, not bernoulli' \
    train --data words.txt --out never
expect "the likelihood needs text" 1 'sprites is no text' train --data sprites --out never --likelihood categorical
expect "windows are for text" 1 'sprites: is not read as text' train --data sprites --out never --window 3
expect "text is not binarised" 1 'text cannot be binarised' train --data words.txt --out never $tiny --binarise dynamic
expect "a window of nothing" 2 "'0' is not a whole number" train --data words.txt --out never --window 0
expect "a window beyond the text" 1 'a window of 5401 does not fit' \
    train --data words.txt --out never --likelihood categorical --window 5401
check "nothing was made" test ! -e never

# --- what the others show ---
expect "eval" 0 '^data  *text, test part, 50 rows' eval --model run --samples 5
check "eval: the network" grep -q '84-8-2 relu, categorical (12 of 7 classes)' out
expect "sample" 0 '^likeliest  *"' sample --model run --n 4
check "sample: a line of each kind for each" test "$(grep -c '^drawn  *"' out)" -eq 4
check "sample: of the alphabet only" sh -c '! grep -vE "^(likeliest|drawn) +\"([a-e ]|\\\\n)*\"$" out'
cp out first
expect "sample again" 0 . sample --model run --n 4
check "sample is repeatable" cmp first out
expect "sample as numbers" 0 '^s.npy: ' sample --model run --n 4 --npy s.npy
expect "sample as a picture" 1 'no picture' sample --model run --out s.png
expect "reconstruct" 0 '^data  *"' reconstruct --model run --n 3
wanted=$(tail -c 600 words.txt | head -c 12 | tr '\n' '@')
shown=$(head -n 1 out | sed 's/^data *"//; s/"$//; s/\\n/@/g')
check "reconstruct shows the text itself" test "$shown" = "$wanted"
expect "encode" 0 . encode --model run --out codes
expect "gradcheck" 0 ' 0 beyond' gradcheck --likelihood categorical --x-dim 12 --x-classes 4
expect "gradcheck of classes that do not divide" 1 'x_classes is 5' gradcheck --likelihood categorical --x-classes 5
expect "gradcheck: classes of another likelihood" 2 'belongs to --likelihood categorical' gradcheck --x-classes 3
expect "resume" 0 '^ *4 |' train --resume run --epochs 4

# --- other text with the alphabet of the model ---
head -c 3000 words.txt >half.txt
expect "other text" 0 '^  ELBO' eval --model run/model.safetensors --data half.txt --samples 0
printf 'abcdef' | cat words.txt - >more.txt
expect "a character that the model does not know" 1 \
    "more.txt: byte 6005: the character 0x66 'f' is not in the alphabet of 7 characters that the model knows" \
    eval --model run --data more.txt
expect "other windows" 1 'has rows of 35 values, the model takes 84' eval --model run --data half.txt --window 5
expect "no text" 1 'sprites: is not read as text' eval --model run --data sprites
expect "a run's own text is read as it was" 1 'no --crop.*--window' eval --model run --window 5
aevb train --data sprites --out pictures --hidden 4 --latent 2 --epochs 1 --limit 50 >out 2>&1
expect "text for a model of pictures" 1 'half.txt is text; the model is not' eval --model pictures --data half.txt
printf '%s' '' >empty.txt
expect "an empty text" 1 'empty.txt: the file is empty' train --data empty.txt --out never $tiny
mkdir folder.txt
expect "a folder that is called text" 1 'folder.txt: ' train --data folder.txt --out never $tiny
mkfifo pipe.txt
expect "a pipe that is called text" 1 'pipe.txt: ' train --data pipe.txt --out never $tiny
tap_done
