# SPDX-License-Identifier: GPL-3.0-or-later
# Running the command in shell tests; needs tap.sh.
aevb() {
    "$AEVB_BUILDDIR/aevb" "$@"
}

# expect NAME STATUS PATTERN ARG...: `aevb ARG...` ends with STATUS; a failure says PATTERN on stderr, in one line
# that starts with the command's name (usage errors may add argp's line that points to --help).
expect() {
    tap_name=$1 tap_status=$2 tap_pattern=$3
    shift 3
    tap_got=0
    aevb "$@" >"$tap_work/out" 2>"$tap_work/err" </dev/null || tap_got=$?
    tap_lines=$(grep -Evc '^(Try |information)' "$tap_work/err")
    if [ "$tap_got" -ne "$tap_status" ]; then
        echo "exit status $tap_got instead of $tap_status" >>"$tap_work/err"
        fail "$tap_name" "$tap_work/err"
    elif [ "$tap_status" -eq 0 ] && ! grep -q -e "$tap_pattern" "$tap_work/out"; then
        fail "$tap_name: no '$tap_pattern'" "$tap_work/out"
    elif [ "$tap_status" -ne 0 ] &&
        { [ "$tap_lines" -ne 1 ] || ! head -n 1 "$tap_work/err" | grep -q -e "^aevb.*: .*$tap_pattern"; }
    then
        fail "$tap_name: not one line with '$tap_pattern'" "$tap_work/err"
    else
        pass "$tap_name"
    fi
}

# json_is NAME FILE PATH PATTERN: the value at PATH of the JSON text in FILE matches.
json_is() {
    if "$AEVB_BUILDDIR/tests/json_value" "$3" <"$2" >"$tap_work/value" 2>&1 &&
        grep -Eqx -e "$4" "$tap_work/value"; then
        pass "$1"
    else
        fail "$1: $3 is not $4" "$tap_work/value" "$2"
    fi
}
