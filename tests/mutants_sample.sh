#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A sample of `make mutants`: mistakes in the objective, the reference, an optimiser, two parts of the fast engine and
# the evaluation are found; and what is no mistake, or cannot be planted, makes it fail.
. "$AEVB_SRCDIR/tests/support/tap.sh"
unset MAKEFLAGS MFLAGS MAKELEVEL

if [ ! -x "$AEVB_BUILDDIR/tests/test_kl" ]; then
    skip "planted mistakes" "the unit tests are not built: they need Criterion"
    tap_done
    exit 0
fi

# plant NAME STATUS PATTERN MISTAKES [CATALOGUE]
plant() {
    plant_got=0
    MUTANT_FIRST=yes MUTANT_CATALOGUE=${5-} "${MAKE:-make}" -s -C "$AEVB_BUILDDIR" mutants MUTANTS="$(echo $4)" >"$tap_work/out" 2>&1 || plant_got=$?
    if [ "$plant_got" -eq "$2" ] && grep -Eq -e "$3" "$tap_work/out"; then
        pass "$1"
    else
        fail "$1: status $plant_got" "$tap_work/out"
    fi
}

plant "six mistakes are found" 0 '^6 mistakes planted, 0 survived$' 'kl-mean-over-dims-adjoint sigma-is-exp-logvar
    adam-eps-inside-root fast-kl-logvar-as-logsigma fast-weights-transposed evaluate-no-log-k'
check "and the table says by what" sh -c '[ "$(grep -c "test_[a-z]* [a-z_]*::\|[0-9] of [0-9]" "$1")" -eq 6 ]' check \
    "$AEVB_BUILDDIR/mutants.md"

cat >"$tap_work/none.txt" <<'END'
id: none
file: src/error.c
old: return "unknown status";
new: return "no status";
issue: nobody
what: another word, which no check looks at
END
plant "what nobody finds is told" 2 '^SURVIVED: .*none' none "$tap_work/none.txt"
sed 's/unknown status/is not there/' "$tap_work/none.txt" >"$tap_work/absent.txt"
plant "what cannot be planted is told" 2 'none: its old text is not on exactly one line' none "$tap_work/absent.txt"
tap_done
