#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The shared library exports what the public headers declare, all of it and nothing else.
. "$AEVB_SRCDIR/tests/support/tap.sh"

library=$AEVB_BUILDDIR/.libs/libaevb.so
if [ -n "$AEVB_SAN" ]; then
    skip "exports" "an instrumented library exports more"
elif [ ! -f "$library" ]; then
    skip "exports" "there is no $library"
else
    nm -D --defined-only "$library" | awk '$3 !~ /^(_init|_fini|_edata|_end|__bss_start)$/ {print $3}' | sort \
        >"$tap_work/exported"
    # A declaration starts with AEVB_API; its name is the first aevb_ word that an opening parenthesis follows.
    cat "$AEVB_SRCDIR"/include/aevb/*.h | tr '\n' ' ' | sed 's/AEVB_API/\n&/g' |
        sed -n 's/^AEVB_API[^(;]*[ *]\(aevb_[a-z0-9_]*\)(.*/\1/p' | sort -u >"$tap_work/declared"
    comm -23 "$tap_work/exported" "$tap_work/declared" >"$tap_work/undeclared"
    comm -13 "$tap_work/exported" "$tap_work/declared" >"$tap_work/missing"
    if [ ! -s "$tap_work/declared" ]; then
        fail "the headers declare functions"
    fi
    if [ ! -s "$tap_work/undeclared" ]; then
        pass "every export is declared ($(wc -l <"$tap_work/exported") names)"
    else
        fail "every export is declared" "$tap_work/undeclared"
    fi
    if [ ! -s "$tap_work/missing" ]; then
        pass "every declaration is exported"
    else
        fail "every declaration is exported" "$tap_work/missing"
    fi
fi
tap_done
