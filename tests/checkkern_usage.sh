#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The command line of checkkern: help, exit status 2 for wrong usage and when nothing was checked, and what it found when
# one quick kernel is asked for.
. "$AEVB_SRCDIR/tests/support/tap.sh"
checkkern=$AEVB_BUILDDIR/tests/checkkern/checkkern

# run NAME STATUS PATTERN OPTION...: the exit status, and a line of standard output like the pattern.
run() {
    run_name=$1 run_status=$2 run_pattern=$3 run_got=0
    shift 3
    "$checkkern" "$@" >"$tap_work/out" 2>"$tap_work/err" || run_got=$?
    if [ "$run_got" -eq "$run_status" ] && grep -Eq -e "$run_pattern" "$tap_work/out"; then
        pass "$run_name"
    else
        fail "$run_name: status $run_got" "$tap_work/out" "$tap_work/err"
    fi
}

# refuse NAME OPTION...: status 2, a reason, and nothing on standard output.
refuse() {
    refuse_name=$1 refuse_got=0
    shift
    "$checkkern" "$@" >"$tap_work/out" 2>"$tap_work/err" || refuse_got=$?
    if [ "$refuse_got" -eq 2 ] && [ -s "$tap_work/err" ] && [ ! -s "$tap_work/out" ]; then
        pass "$refuse_name"
    else
        fail "$refuse_name: status $refuse_got" "$tap_work/out" "$tap_work/err"
    fi
}

run "--help" 0 '^usage: checkkern ' --help
run "one kernel" 0 ', seed 1$' --level=portable --filter=gemm_panel
run "another seed" 0 ', seed 255$' --level=portable --filter=gemm_panel --seed=0xff
run "nothing was checked" 2 '^# nothing was checked$' --filter=none
for seed in abc '' 1x -1 ' 1' 99999999999999999999; do
    refuse "--seed='$seed'" --seed="$seed"
done
refuse "no such level" --level=none
refuse "no such precision" --precision=f16
refuse "no such option" --none
refuse "an argument" none
tap_done
