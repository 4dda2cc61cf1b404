#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# make fuzz: run.sh SOURCES CC SECONDS TARGET... builds the targets with libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer under fuzz-build/ and runs each for so long. Status 1 when there was a finding.
set -u
sources=$1 cc=$2 seconds=$3
shift 3
if [ -e "$sources/config.status" ]; then
    echo "make fuzz: the source tree is configured; use a build outside of it" >&2
    exit 1
fi
mkdir -p fuzz-build && cd fuzz-build || exit 1
if [ ! -e Makefile ]; then
    levels=auto # kernels that this machine cannot run take minutes to build with sanitizers, for nothing
    grep -qw avx512f /proc/cpuinfo 2>/dev/null || ! grep -qw avx2 /proc/cpuinfo 2>/dev/null || levels=avx2
    "$sources/configure" --quiet --disable-shared --with-levels="$levels" \
        --enable-sanitizers=fuzzer-no-link,address,undefined \
        CC="$cc" CFLAGS="-O1 -gline-tables-only" || exit 1
fi
programs=
for target in "$@"; do
    programs="$programs fuzz/fuzz_$target"
done
# shellcheck disable=SC2086
make -s -j2 $programs || exit 1

# The target with its limits.
run_target() {
    LSAN_OPTIONS=print_suppressions=0 ASAN_OPTIONS=$asan "./fuzz/fuzz_$target" -rss_limit_mb=512 -timeout=1 \
        -max_len="$longest" "$@"
}

# Fuzzes the target for so many seconds. libFuzzer ends with status 70 at an input that takes over a second, which on a
# busy machine any input may: one that is faster when it is tried again, alone, is no finding, and the rest of the time
# is used.
fuzz() {
    end=$(($(date +%s) + $1))
    while left=$((end - $(date +%s))) && [ "$left" -gt 0 ]; do
        # shellcheck disable=SC2086
        run_target -max_total_time="$left" ${dictionary:+-dict="$dictionary"} -print_final_stats=1 \
            -artifact_prefix="$PWD/findings/$target/" $inputs >"$log" 2>&1
        status=$?
        runs=$((runs + $(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1) + 0))
        last=$(grep '	DONE \|	REDUCE \|	NEW ' "$log" | tail -n 1 | sed 's/^.*cov:/cov:/; s/ corp.*//')
        [ "$status" -eq 70 ] || return "$status"
        slow=$(sed -n 's/^.*Test unit written to //p' "$log")
        run_target "$slow" >"$log.again" 2>&1 || return 70
        rm -f "$slow" "$log.again"
    done
}

passed=0 failed=0
for target in "$@"; do
    mkdir -p "corpus/$target" "findings/$target"
    dictionary="$sources/fuzz/dict/$target.dict"
    [ -e "$dictionary" ] || dictionary=
    inputs="corpus/$target $sources/fuzz/corpus/$target"
    [ -d "$sources/fuzz/crashes/$target" ] && inputs="$inputs $sources/fuzz/crashes/$target"
    log="findings/$target.log"
    # libhdf5 asks for as much as a damaged file says; in use its process has a limit. A child that AddressSanitizer
    # stops must end by a signal, as one that crashes: the target then leaves the file alone. libFuzzer cuts what is
    # longer than max_len, seeds too: those of HDF5 have up to 30 KB, and one that is cut is refused at once.
    case $target in
    keras_*) asan=max_allocation_size_mb=400:abort_on_error=1 longest=32768 ;;
    *) asan='' longest=16384 ;;
    esac
    runs=0 last=
    fuzz "$seconds"
    status=$?
    echo "$target: $runs executions, ${last:-no coverage}"
    if [ "$status" -eq 0 ] && [ "$runs" -gt 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$target: a finding; the input:"
        sed -n "s/^.*Test unit written to /  /p" "$log"
        grep -m 3 'ERROR\|SUMMARY\|fuzz target\|runtime error' "$log" | sed 's/^/  /'
        echo "  all of it: $PWD/$log"
    fi
done
printf '# PASS: %d\n# FAIL: %d\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
