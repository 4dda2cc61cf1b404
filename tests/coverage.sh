#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every clause of docs/spec has an implementation in the reference and a test, and every mark names a clause. TAP.
# A clause is a heading "### [KL.1] Title"; a mark is [KL.1], and [KL.1]..[KL.3] stands for three.
set -u
cd "${AEVB_SRCDIR:-$(dirname "$0")/..}" || exit 99

files=$(find docs src include tests -type f \( -name '*.md' -o -name '*.c' -o -name '*.h' \) | LC_ALL=C sort)
# File names in the tree have no blanks.
# shellcheck disable=SC2086
exec awk '
function fail(text) { problems = problems "# " text "\n" }

# One point of TAP; it has failed when something was noted with fail() since the last one.
function report(name) {
    printf "%s %d - %s\n%s", problems == "" ? "ok" : "not ok", ++reported, name, problems
    failed += problems != ""
    problems = ""
}

function is_reference(path) { return path ~ /^src\/(ref|objective|rng|model|data|infer)\/[^\/]*\.c$/ }
function is_test(path)      { return path ~ /^tests\/test_[^\/]*\.c$/ }

function add_mark(mark) {
    if (!((mark, FILENAME) in first_use)) {
        first_use[mark, FILENAME] = FILENAME ":" FNR
        uses[++n_uses] = mark SUBSEP FILENAME
    }
    if (is_reference(FILENAME)) implemented[mark] = 1
    if (is_test(FILENAME)) tested[mark] = 1
}

# Collects in found[] the marks of a line, each with one delimiter on either side as the pattern says. A mark that
# stands behind another with nothing but "joint" between them completes a range.
function find_marks(line, pattern, joint,    mark, prefix, last, from, number, follows) {
    split("", found)
    while (match(line, pattern)) {
        mark = substr(line, RSTART + 1, RLENGTH - 2)
        follows = last != "" && substr(line, 1, RSTART - 1) == joint
        line = substr(line, RSTART + RLENGTH)
        prefix = mark; sub(/[0-9]+$/, "", prefix)
        number = substr(mark, length(prefix) + 1) + 0
        if (follows && index(last, prefix) == 1)
            for (from = substr(last, length(prefix) + 1) + 1; from < number; from++)
                found[prefix from] = 1
        found[mark] = 1
        last = mark
    }
}

/^### \[[A-Z]+\.[0-9]+\]/ && FILENAME ~ /^docs\/spec\// {
    mark = substr($2, 2, length($2) - 2)
    if (mark in home) twice = twice " " mark
    title[++n_clauses] = substr($0, 5)
    clause[n_clauses] = mark
    home[mark] = FILENAME
}

FILENAME == "docs/spec/README.md" && /^\| \[[a-z]+\.md\]/ {
    split($0, cell, "|")
    page = cell[2]; sub(/^ *\[/, "", page); sub(/\].*/, "", page)
    find_marks(cell[3], "`[A-Z]+\\.[0-9]+`", "-")
    for (mark in found) table[mark] = "docs/spec/" page
}

/\[[A-Z]+\.[0-9]+\]/ {
    find_marks($0, "\\[[A-Z]+\\.[0-9]+\\]", "..")
    for (mark in found) add_mark(mark)
}

END {
    if (n_clauses == 0) {
        print "1..1\nnot ok 1 - docs/spec has clauses"
        exit 1
    }
    print "1.." n_clauses + 2
    for (i = 1; i <= n_clauses; i++) {
        if (!(clause[i] in implemented)) fail("no source of the reference names [" clause[i] "]")
        if (!(clause[i] in tested)) fail("no tests/test_*.c names [" clause[i] "]")
        report(title[i])
    }
    for (i = 1; i <= n_uses; i++) {
        split(uses[i], use, SUBSEP)
        if (!(use[1] in home)) fail(first_use[use[1], use[2]] ": [" use[1] "] is no clause of docs/spec")
    }
    if (twice != "") fail("defined twice:" twice)
    report("every mark names one clause")
    for (i = 1; i <= n_clauses; i++)
        if (table[clause[i]] != home[clause[i]])
            fail("docs/spec/README.md does not list [" clause[i] "] at " home[clause[i]])
    for (mark in table)
        if (!(mark in home)) fail("docs/spec/README.md lists " mark ", which is no clause")
    report("the table in docs/spec/README.md lists every clause")
    exit failed > 0
}' $files </dev/null
