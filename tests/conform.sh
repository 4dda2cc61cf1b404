#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `aevb conform`: the reference passes every vector within 20 seconds; ports that misbehave get a clear verdict each
# and never hang the runner; `aevb vectors` shows what there is.
. "$AEVB_SRCDIR/tests/support/tap.sh"
. "$AEVB_SRCDIR/tests/support/run_port.sh"
. "$AEVB_SRCDIR/tests/support/cli.sh"

conform "the reference passes every vector" 0 '^CONFORMS' --vectors "$vectors" --report "$tap_work/all.json" -- \
    "$aevb" port
accounts_for_all
says ' 0 skipped in '
json_is "nothing of it is left out" "$tap_work/all.json" counts.arraysLeftOut 0
if [ -n "$AEVB_SAN" ]; then
    skip "within 20 seconds" "the build is instrumented"
else
    json_is "within 20 seconds" "$tap_work/all.json" seconds '1?[0-9]\.[0-9]*'
fi

# The rest on one file, which loads at once.
one=$tap_work/vectors
mkdir "$one"
cp "$vectors/kl.json" "$one"
cases=$(awk '$1 == "\"numberOfTests\":" {print $2 + 0}' "$one/kl.json")

long=1000.$$ # seconds that nobody else on this machine sleeps

# hostile NAME VERDICT PORT...: nothing passes, the verdict says why, soon.
hostile() {
    hostile_name=$1 hostile_verdict=$2
    shift 2
    conform "$hostile_name" 1 "^verdict: the port cannot be used: .*$hostile_verdict" --vectors "$one" \
        --timeout 0.5 -- "$@"
    says "^DOES NOT CONFORM: $cases cases: 0 passed, $cases failed, 0 skipped"
}
hostile "false" 'closed its output without an answer and ended with status 1' false
hostile "cat" 'its answer to hello has no string "port"' cat
hostile "yes" 'wrote what it was not asked for' yes
hostile "sleeps" 'did not answer within 0.5 seconds' sleep "$long"
hostile "no such program" 'cannot be run: No such file' "$tap_work/no-such-port"
hostile "a directory" 'cannot be run: Permission denied' "$tap_work"
hostile "killed" 'was killed by signal 9' sh -c 'kill -9 $$'
hostile "no JSON" 'answered "hello", which cannot be read: at byte ' sh -c 'read line; echo hello'
hostile "more values than any answer needs" 'cannot be read: at byte [0-9]*: more than 4096 values' \
    sh -c 'read line; printf "["; yes 0, | head -n 5000 | tr -d "\n"; echo "0]"'
hostile "a flood without a line" 'wrote more than any answer needs' sh -c 'read line; tr "\\0" x </dev/zero'
hostile "last words" 'ended with status 3; it said: no licence' sh -c 'echo no licence >&2; exit 3'
hostile "a flood of complaints" 'did not answer within 0.5 seconds; it said: y' sh -c 'yes >&2'
hostile "another protocol" 'does not speak version 1' sh -c \
    'read line; echo "{\"hello\":{\"protocol\":2,\"port\":\"x\",\"precisions\":[\"f64\"],\"types\":[\"kl\"]}}"'
hostile "another precision" 'does not compute in f64' sh -c \
    'read line; echo "{\"hello\":{\"protocol\":1,\"port\":\"x\",\"precisions\":[\"f16\"],\"types\":[\"kl\"]}}"'
hostile "closes its input" 'did not answer within 0.5 seconds' sh -c "exec <&-; exec sleep $long"
hostile "ignores everything but death" 'did not answer within 0.5 seconds' \
    sh -c 'trap "" HUP INT TERM PIPE; while :; do sleep 1; done'

# Ports that go wrong after a good start. Every line but the first of the requests is a case.
conform "dies midway, again and again" 1 "closed its output without an answer and ended with status 0" \
    --vectors "$one" -- sh -c "sed -u 30q | '$aevb' port"
says "^DOES NOT CONFORM: $cases cases: 10[0-9] passed, [3-9] failed, 0 skipped"
conform "dies at every case" 1 '^failed 108: not asked: the port had failed to answer too often' \
    --vectors "$one" -- sh -c "sed -u 1q | '$aevb' port"
says "^DOES NOT CONFORM: $cases cases: 0 passed, $cases failed, 0 skipped"
conform "hangs midway" 1 'did not answer within 0.3 seconds' --vectors "$one" --timeout 0.3 -- \
    sh -c "sed -u 60q | '$aevb' port; exec sleep $long"
conform "wrong shape" 1 'kl has [0-9]* elements instead of [0-9]*' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"kl\":\[/&0,/'"
says "^DOES NOT CONFORM: $cases cases: 0 passed, $cases failed, 0 skipped"
conform "a number where an array should be" 1 'kl is no array' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"kl\":\[[^]]*]/\"kl\":1/'"
conform "text where a number should be" 1 'kl\[0\] is not a number' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"kl\":\[[^],]*/\"kl\":[\"NaN\"/'"
conform "a wrong name" 1 'its answer leaves kl out' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"kl\":\[/\"KL\":[/'"
conform "surplus outputs" 1 'it answers more, which was not asked' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"kl\":\[/\"more\":1,&/'"
conform "the same answer always" 1 'its answer is for kl-0001' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"id\":\"kl-....\"/\"id\":\"kl-0001\"/'"
conform "says everything twice" 1 'wrote what it was not asked for' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/.*/&\\n&/'"
conform "nothing but errors" 1 'it reports an error: no idea' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"outputs\":.*/\"error\":\"no idea\"}/'"
conform "nothing supported: nothing passed" 1 '^DOES NOT CONFORM: .* 0 passed, 0 failed' --vectors "$one" -- \
    sh -c "'$aevb' port | sed -u 's/\"outputs\":.*/\"unsupported\":\"later\"}/'"
conform "ends with status 1" 1 '^verdict: told to stop, it ended with status 1' --vectors "$one" -- \
    sh -c "'$aevb' port; exit 1"
conform "does not end" 1 '^verdict: told to stop, it was killed by the runner' --vectors "$one" -- \
    sh -c "'$aevb' port; exec sleep $long"

# One wrong number is found and shown; what is expected to fail does not count, until it passes.
cat >"$tap_work/twice" <<END
'$aevb' port | sed -u '/"kl-0002"/s/"kl":\[/&1/'
END
conform "one wrong number" 1 '^  kl-0002 failed .*kl\[0\] is .*times its bound' --vectors "$one" -- \
    sh "$tap_work/twice"
says "cases: $((cases - 1)) passed, 1 failed, 0 skipped"
echo 'kl-0002 # a comment' >"$tap_work/expected"
conform "an expected failure" 0 '^CONFORMS: .* 1 failed \(1 as expected\), 0 passed unexpectedly' --vectors "$one" \
    --expect-fail "$tap_work/expected" -- sh "$tap_work/twice"
conform "an unexpected pass" 1 '^DOES NOT CONFORM: .* 1 passed unexpectedly' --vectors "$one" \
    --expect-fail "$tap_work/expected" -- "$aevb" port
echo kl-9999 >"$tap_work/expected"
expect "an unknown expected failure" 1 'line 1: there is no case "kl-9999"' conform --vectors "$one" \
    --expect-fail "$tap_work/expected" -- "$aevb" port

# Reports.
for form in json html xml; do
    conform "report .$form" 1 '^DOES NOT' --vectors "$one" --report "$tap_work/report.$form" -- sh "$tap_work/twice"
done
json_is "JSON: counts" "$tap_work/report.json" counts.failed 1
json_is "JSON: the case" "$tap_work/report.json" cases.1.state failed
check "HTML: the case" grep -q '<td>kl-0002</td><td>KL.1</td><td>failed</td>' "$tap_work/report.html"
check "JUnit: the suite" grep -q "<testsuite name=\"KL.1\" tests=\"$cases\" failures=\"1\"" "$tap_work/report.xml"
check "JUnit: the case" grep -q 'name="kl-0002"><failure message="kl\[0\]' "$tap_work/report.xml"
if command -v xmllint >/dev/null 2>&1; then
    check "JUnit: well formed" xmllint --noout "$tap_work/report.xml"
else
    skip "JUnit: well formed" "there is no xmllint"
fi
conform "markup from a port is text" 1 'cannot be used' --vectors "$one" --report "$tap_work/report.html" -- \
    sh -c 'read line; echo "<script>"'
check "markup from a port is text in HTML" grep -q '&lt;script&gt;' "$tap_work/report.html"
check "markup from a port is no markup" sh -c '! grep -q "<script>" "$1"' check "$tap_work/report.html"

# Selection and usage.
cp "$vectors/kl-backward.json" "$one"
conform "--only one clause" 0 "^CONFORMS: $cases cases" --vectors "$one" --only KL.1 -- "$aevb" port
both=$(awk '$1 == "\"numberOfTests\":" {n += $2} END {print n}' "$one/kl.json" "$one/kl-backward.json")
conform "--only a group" 0 "^CONFORMS: $both cases" --vectors "$one" --only KL -- "$aevb" port
expect "--only nothing" 1 'no case is about K' conform --vectors "$one" --only K -- "$aevb" port
expect "no port" 2 'which port' conform --vectors "$one"
expect "report of unknown form" 2 'ends in .html, .xml or .json' conform --report report.pdf -- true
expect "no vectors" 1 'holds no vector file' conform --vectors "$AEVB_SRCDIR/tests" -- true
expect "no folder" 1 'cannot list' conform --vectors "$tap_work/nowhere" -- true
printf 'nonsense\n' >"$tap_work/line"
check "aevb port refuses nonsense" sh -c '! "$1" port <"$2" 2>/dev/null' check "$aevb" "$tap_work/line"

# Vectors.
expect "vectors list" 0 '^kl-0001  *KL.1  *\[' vectors list --vectors "$one"
expect "vectors list --only" 0 "^$cases cases$" vectors list --vectors "$one" --only KL.1
expect "vectors show" 0 '"tcId": "kl-0002"' vectors show kl-0002 --vectors "$one"
expect "vectors show, unknown" 1 'no case "kl-9999"' vectors show kl-9999 --vectors "$one"
expect "vectors lint" 0 "$all_cases cases, no problem" vectors lint --vectors "$vectors"
mkdir "$tap_work/npz"
expect "vectors npz" 0 '^2 files$' vectors npz "$tap_work/npz" --vectors "$one"
check "vectors npz: kl.npz" test -s "$tap_work/npz/kl.npz"
expect "vectors npz, no folder" 2 'to which folder' vectors npz
expect "vectors npz, nowhere" 1 'nowhere/kl.*npz: cannot open its directory' vectors npz "$tap_work/nowhere" --vectors "$one"
expect "vectors lint FOLDER" 2 'lint takes no argument' vectors lint "$one"
sed 's/"mu": \["B", "Z"\]/"mu": ["B"]/' "$vectors/kl.json" >"$one/kl.json"
expect "vectors lint finds a wrong shape" 1 'problems in 2 files' vectors lint --vectors "$one"
expect "vectors without an action" 2 'which action' vectors
expect "vectors show without an id" 2 'show which case' vectors show

# Nobody is left behind: every sleep above was killed with its port.
check "no port is left" sh -c "! ps -eo args | grep -q '^sleep $long'"
tap_done
