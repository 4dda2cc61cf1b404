#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# aevb bench: every kernel, level and precision has its line, with figures that agree; a run that fails or is killed
# leaves earlier results alone. And what bench/peers/run_peers.py says when it cannot begin. Speeds mean nothing here.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"
cd "$tap_work" || exit 99
unset AEVB_LEVEL
quick="--samples 1 --seconds 0.001 --threads 1"

expect "--help" 0 '^Usage: aevb bench ' bench --help
expect "an argument" 2 "no argument is taken" bench surplus
expect "an unknown part" 2 "'kernel' is not machine, kernels, products or steps" bench --parts kernel
expect "a comma too many" 2 "--parts: '' is not machine" bench --parts machine,
expect "no part" 2 "--parts: '' is not machine" bench --parts ''
expect "no samples" 2 "--samples: '0'" bench --samples 0
expect "more threads than can be" 2 "--threads: '1025' is not a whole number from 1 to 1024" bench --threads 1025
for option in json out=kept parts=steps only=a samples=1 seconds=1; do
    expect "--serve with --$option" 2 "--serve takes .*, not --${option%=*}" bench --serve a --$option </dev/null
done

# --- refused before anything is measured, with nothing lost ---
echo old >kept.csv
echo old >kept.json
as_they_were() {
    check "$1: earlier results stay" sh -c 'for f in csv json; do test "$(cat kept.$f)" = old || exit 1; done'
}
case $(uname -m) in
x86_64) foreign=neon ;;
*) foreign=avx2 ;;
esac
expect "a level of another CPU" 1 "$foreign" bench --level $foreign --out kept
check "a level of another CPU: nothing was measured" test ! -s out
as_they_were "a level of another CPU"
refused() {
    tap_what=$1
    shift
    expect "$tap_what" 1 'nothing is named "[a-z]*" in the parts' bench $quick --out kept "$@"
    check "$tap_what: nothing was measured" test ! -s out
    as_they_were "$tap_what"
}
refused "an unknown name" --only nonsense
refused "the machine has no names" --parts machine --only adam
refused "a kernel is no step" --parts steps --only adam
refused "draws are float64" --precision f32 --only uniform
expect "a folder that is not there" 1 'none/new.csv: ' bench $quick --out none/new
check "a folder that is not there: nothing was measured" test ! -s out
mkdir folder.json
expect "a name that is taken" 1 'folder.json: is not a regular file' bench $quick --out folder
check "a name that is taken: no half of the results" test ! -e folder.csv
if command -v timeout >/dev/null; then
    status=0
    timeout -s KILL 1 "$AEVB_BUILDDIR/aevb" bench --seconds 1000 --out kept >out 2>&1 || status=$?
    check "killed" test "$status" -eq 137
    as_they_were "killed"
else
    skip "killed" "there is no timeout"
fi

# --- every kernel ---
expect "kernels" 0 '^kernel ' bench --parts kernels $quick --out kept
check "columns are aligned" awk 'NR == 2 {at = index($0, " unit")} NR > 1 && substr($0, at, 1) != " " {exit 1}
    NR > 2 && substr($0, at + 1) !~ /^[A-Za-z]+(\/[a-z]+)? / {exit 1}' out
check "the head of the CSV" grep -qx "part,name,level,precision,shape,threads,unit,median,low,high,gb_per_s,\
share_of_peak,ratio_to_ref,ratio_to_blas" kept.csv
check "14 fields in each line" awk -F, 'NF != 14 {print; exit 1}' kept.csv
check "the JSON has as many results" test "$(grep -c '"part"' kept.json)" -eq $(($(wc -l <kept.csv) - 1))
json_is "and the same keys" kept.json results.0.gb_per_s null
# All but the two that only say sizes, in f32 and f64, or draws once; three sizes, or two of those on panels.
"$AEVB_BUILDDIR/tests/checkkern/checkkern" --list | awk '$1 !~ /^gemm_(panel|block)$/ {
    n = $1 ~ /^gemm_/ ? 2 : 3
    if ($2 == "real") print $1, "f32", n
    print $1, "f64", n}' | sort >wanted
for level in $(awk -F, '$2 == "fma" {print $3}' kept.csv | sort -u); do
    awk -F, -v level="$level" '$1 == "kernel" && $3 == level {n[$2 " " $4]++} END {for (k in n) print k, n[k]}' \
        kept.csv | sort >got
    check "every kernel at level $level ($(wc -l <wanted))" diff wanted got
done
check "kernels: the median is in its range" awk -F, '
    $1 == "kernel" && !($8 > 0 && $8 >= $9 && $8 <= $10) {print; exit 1}' kept.csv
check "kernels: bytes per element, or a share of the peak" awk -F, '
    $7 == "ns/element" && !($11 * $8 >= 0.99 && $11 * $8 <= 57 && $12 == "") {print; exit 1}
    $1 == "kernel" && $7 == "GFLOP/s" && !($11 == "" && $12 > 0) {print; exit 1}' kept.csv
check "adam: 7 numbers an element" awk -F, '$2 == "adam" {b = $11 * $8 / ($4 == "f32" ? 28 : 56); n++
    if (b < 0.999 || b > 1.001) exit 1} END {exit n == 0}' kept.csv
check "kernels: against the reference, where it has the like" awk -F, '
    $1 == "kernel" && ($13 > 0) == ($2 ~ /^gemm_(un)?pack$/) {print; exit 1}' kept.csv

# --- products and steps ---
forward="--parts products --only forward --precision f32 $quick"
expect "products" 0 '"part": "product"' bench $forward --json --out products
check "--json prints what is kept" sh -c 'tr -d " \n" <out >a && tr -d " \n" <products.json >b && cmp a b'
check "products: at every level, against peak and reference" awk -F, '$2 == "fma" {levels++}
    $1 == "product" {n++; if (!($12 > 0 && $13 > 0)) exit 1} END {exit n == 0 || n != 16 * levels}' products.csv
expect "one level" 0 '^product .* portable f32' bench $forward --level portable
check "one level: no other" sh -c '! grep "^product" out | grep -v " portable "'
expect "a step" 0 '^step  *d .*samples/s' bench --parts steps --only d --precision f32 $quick

# --- turns ---
if command -v timeout >/dev/null; then
    for line in none nan inf 0 -1 3601; do
        status=0
        echo "$line" | timeout 20 "$AEVB_BUILDDIR/aevb" bench --serve d --threads 1 >out 2>err || status=$?
        check "--serve: '$line' is no time for a turn" sh -c \
            'test "$1" -eq 1 && grep -qx "aevb bench: a line of the standard input .* up to 3600" err' - $status
    done
else
    skip "--serve: no time for a turn" "there is no timeout"
fi

# --- the comparison with other programs ---
if python=$(command -v python3); then
    echo old >peers.csv
    peers() {
        tap_name=$1 tap_pattern=$2
        shift 2
        "$python" "$AEVB_SRCDIR/bench/peers/run_peers.py" "$@" >out 2>err
        check "$tap_name" sh -c 'test "$1" -eq 1 && test "$(wc -l <err)" -eq 1 && grep -q "^run_peers.py: $2" err' \
            - $? "$tap_pattern"
    }
    peers "peers: no such command" './none: No such file' --aevb ./none --out peers
    peers "peers: a command that ends" 'libaevb with 1 threads ended' --aevb /bin/true --out peers
    peers "peers: another command" 'libaevb with 1 threads answers' --aevb /bin/echo --out peers
    check "peers: earlier results stay, nothing is left" test "$(echo peers*)" = peers.csv
    check "peers: and are the same" test "$(cat peers.csv)" = old
    peers "peers: a folder that is not there" 'none/new.csv: No such' --aevb "$AEVB_BUILDDIR/aevb" --out none/new
    check "peers: a folder that is not there: nothing was measured" test ! -s out
else
    skip "peers" "there is no python3"
fi
tap_done
