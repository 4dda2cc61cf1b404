#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The oracle writes the committed vectors again, byte for byte. TAP. Needs the oracle (FLINT/Arb), else it is skipped.
set -u
oracle=${AEVB_BUILDDIR:-.}/vectors/oracle/oracle
committed=${AEVB_SRCDIR:-$(dirname "$0")/..}/vectors

if [ ! -x "$oracle" ]; then
    echo "1..0 # SKIP $oracle is not there: it needs FLINT/Arb, and make vectors/oracle/oracle"
    exit 0
fi
fresh=$(mktemp -d) || exit 99
trap 'rm -rf "$fresh"' EXIT
mkdir "$fresh/schemas"
echo "1..2"
if "$oracle" "$fresh" >"$fresh/log"; then
    echo "ok 1 - every value proved: $(tail -n 1 "$fresh/log")"
else
    echo "not ok 1 - the oracle refuses"
fi
rm -f "$fresh/log"
# What is compared is what either side has; README, oracle and malformed are no output of it.
if diff -r -q -x README.md -x vectors.mk -x oracle -x ports -x malformed "$fresh" "$committed"; then
    echo "ok 2 - no difference in $(find "$fresh" -type f | wc -l) files"
else
    echo "not ok 2 - the committed vectors differ from what the oracle writes"
fi
