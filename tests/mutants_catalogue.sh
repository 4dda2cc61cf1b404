#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every mistake of tests/mutants/catalogue.txt can still be planted: its text is on exactly one line of its file. That
# each is found is what `make mutants` shows, which takes long.
. "$AEVB_SRCDIR/tests/support/tap.sh"
scratch=$tap_work catalogue=$AEVB_SRCDIR/tests/mutants/catalogue.txt
export scratch catalogue
ids=$(sed -n 's/^id: //p' "$catalogue")

check "at least 60 mistakes" [ "$(echo "$ids" | wc -l)" -ge 60 ]
check "no two of the same name" [ -z "$(echo "$ids" | sort | uniq -d)" ]
for id in $ids; do
    sh "$AEVB_SRCDIR/tests/mutants/plant.sh" locate "$id" 2>&1 || :
done >"$tap_work/out"
if [ -s "$tap_work/out" ]; then fail "each is on one line of its file" "$tap_work/out"; else pass "each is on one line of its file"; fi
tap_done
