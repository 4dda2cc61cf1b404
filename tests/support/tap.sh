# SPDX-License-Identifier: GPL-3.0-or-later
# Test Anything Protocol for shell tests: source it, call the functions, end with tap_done. A script that dies before
# tap_done has no plan, which the driver counts as an error.
tap_count=0
tap_work=$(mktemp -d "${TMPDIR:-/tmp}/aevb-test.XXXXXX") || exit 99
trap 'rm -rf "$tap_work"' EXIT
trap 'exit 99' HUP INT TERM

pass() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1"
}

# fail NAME [FILE...]: the files say why.
fail() {
    tap_count=$((tap_count + 1))
    echo "not ok $tap_count - $1"
    shift
    for tap_file; do
        sed 's/^/#   /' "$tap_file" | head -n 40
    done
}

# skip NAME REASON
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# check NAME COMMAND...: passes when the command succeeds.
check() {
    tap_name=$1
    shift
    if "$@" >"$tap_work/check.log" 2>&1; then
        pass "$tap_name"
    else
        fail "$tap_name" "$tap_work/check.log"
    fi
}

tap_done() {
    if [ "$tap_count" -eq 0 ]; then
        echo "Bail out! nothing was checked"
        exit 99
    fi
    echo "1..$tap_count"
}
