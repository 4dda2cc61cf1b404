#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A library of kernels exports its table and nothing else: a function compiled for one instruction set must not become
# the one that everybody calls.
. "$AEVB_SRCDIR/tests/support/tap.sh"

if [ -n "$AEVB_SAN" ]; then
    skip "tables" "an instrumented library exports more"
else
    for library in "$AEVB_BUILDDIR"/.libs/libkern_*.a "$AEVB_BUILDDIR"/.libs/libdraw_*.a; do
        [ -f "$library" ] || continue
        name=$(basename "$library" .a)
        nm -g --defined-only "$library" | awk 'NF == 3 {print $3}' >"$tap_work/exports"
        case $name in
            libkern_*) table=aevb_kern_${name#libkern_} ;;
            *) table=aevb_draw_${name#libdraw_} ;;
        esac
        if [ "$(cat "$tap_work/exports")" = "$table" ]; then
            pass "$name exports $table"
        else
            fail "$name exports $table" "$tap_work/exports"
        fi
    done
fi
tap_done
