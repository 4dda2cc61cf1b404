# SPDX-License-Identifier: GPL-3.0-or-later
# Running ports through `aevb conform` in shell tests; needs tap.sh.
aevb=$AEVB_BUILDDIR/aevb
vectors=$AEVB_SRCDIR/vectors
# How many cases the vector files say they hold.
all_cases=$(cat "$vectors"/*.json | awk '$1 == "\"numberOfTests\":" {n += $2} END {print n + 0}')

# conform NAME STATUS PATTERN ARG...: `aevb conform ARG...` ends with STATUS and prints a line that matches PATTERN.
conform() {
    conform_name=$1 conform_status=$2 conform_pattern=$3
    shift 3
    conform_got=0
    "$aevb" conform "$@" >"$tap_work/out" 2>"$tap_work/err" </dev/null || conform_got=$?
    if [ "$conform_got" -ne "$conform_status" ]; then
        fail "$conform_name: exit status $conform_got, not $conform_status" "$tap_work/out" "$tap_work/err"
    elif ! grep -Eq -e "$conform_pattern" "$tap_work/out"; then
        fail "$conform_name: no '$conform_pattern'" "$tap_work/out" "$tap_work/err"
    else
        pass "$conform_name"
    fi
}

# says PATTERN: the run before printed a line that matches, too.
says() {
    if grep -Eq -e "$1" "$tap_work/out"; then
        pass "$conform_name: $1"
    else
        fail "$conform_name: no '$1'" "$tap_work/out"
    fi
}

# counts NAME: the run before has no failure and as many cases as there are; shows what was skipped and why.
accounts_for_all() {
    grep -E '^(skipped|left out|CONFORMS|port)' "$tap_work/out" | sed 's/^/# /'
    check "$conform_name: all $all_cases cases are accounted for, none failed" awk -v all="$all_cases" '
        $1 == "CONFORMS:" {passed = $4; failed = $6; skipped = $8; total = $2}
        $1 == "skipped" {explained += $2}
        END {exit !(all > 0 && total == all && passed + skipped == all && failed == 0 && explained == skipped)}
        ' "$tap_work/out"
}
