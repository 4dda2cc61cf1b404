# SPDX-License-Identifier: GPL-3.0-or-later
# Which lines and branches of the loaders and the reference the tests have run: `make coverage` calls it after
# `make check` in a build that was configured with --enable-coverage.
#
#     line_coverage.py GCOV SOURCES BUILD REASONS DOCUMENT
#
# Writes the Markdown DOCUMENT: totals, a table by file, and every gap with its reason. REASONS names what is
# measured, what is wanted, and says of each line with a gap why it has one; the line is given by its text, once for
# every line with a gap and that text. The status is 1 when less is covered than wanted, when a gap has no reason,
# and when a file was not measured.
import collections, glob, json, os, re, subprocess, sys


def read_reasons(path):
    """{'measured': [patterns], 'not measured': [patterns], 'wanted': [...]}, [(title, text, [(file, line)])]"""
    settings, groups = collections.defaultdict(list), []
    for number, line in enumerate(open(path), 1):
        line = line.rstrip("\n")
        if line.startswith("## "):
            groups.append((line[3:], [], []))
        elif match := re.match(r"(measured|not measured|lines|branches): (.*)", line):
            settings[match[1]] += match[2].split()
        elif line.startswith("# ") or not line:
            continue
        elif groups and (match := re.match(r"(src/\S+\.[ch]): (.*)", line)):
            groups[-1][2].append((match[1], match[2]))
        elif groups and not groups[-1][2]:
            groups[-1][1].append(line)
        else:
            sys.exit("%s:%d: not understood: %s" % (path, number, line))
    return settings, groups


def measured_files(sources, settings):
    def expand(patterns):
        return {f for p in patterns for f in glob.glob(p, root_dir=sources)}
    return sorted(expand(settings["measured"]) - expand(settings["not measured"]))


def run_gcov(gcov, sources, build, wanted):
    """{file: {line: [count, [branch counts]]}} of the wanted files, summed over the objects that contain a line."""
    notes = [os.path.join(d, f) for d, _, files in os.walk(build) for f in files if f.endswith(".gcno")
             and not os.path.relpath(d, build).startswith(("mutants.tmp", "fuzz-build"))]
    found = collections.defaultdict(dict)
    for start in range(0, len(notes), 50):
        done = subprocess.run([gcov, "--json-format", "--stdout", "--branch-probabilities"] + notes[start:start + 50],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for text in done.stdout.splitlines():
            unit = json.loads(text)
            for part in unit["files"]:
                path = os.path.realpath(os.path.join(unit["current_working_directory"], part["file"]))
                path = os.path.relpath(path, sources)
                if path in wanted:
                    add_lines(found[path], part["lines"])
    return found


def add_lines(lines, added):
    for line in added:
        branches = [b["count"] for b in line["branches"]]
        have = lines.setdefault(line["line_number"], [0, [0] * len(branches)])
        have[0] += line["count"]
        if len(have[1]) != len(branches):
            sys.exit("line %d has two sets of branches" % line["line_number"])
        have[1] = [a + b for a, b in zip(have[1], branches)]


class Sum:
    def __init__(self):
        self.lines = self.lines_run = self.branches = self.branches_run = 0

    def add(self, count, branches):
        self.lines += 1
        self.lines_run += count > 0
        self.branches += len(branches)
        self.branches_run += sum(b > 0 for b in branches)

    def cells(self):
        return "%d of %d | %s | %d of %d | %s" % (self.lines_run, self.lines, percent(self.lines_run, self.lines),
                                                self.branches_run, self.branches,
                                                percent(self.branches_run, self.branches))


def percent(part, whole):
    """Rounded down, so that 95.0 is no less."""
    return "-" if whole == 0 else "%.1f %%" % (1000 * part // whole / 10)


def text_of_gap(count, branches):
    missing = sum(b == 0 for b in branches)
    return "not run" if count == 0 else "%d of %d branches" % (missing, len(branches))


def main(gcov, sources, build, reasons, document):
    sources = os.path.realpath(sources)
    settings, groups = read_reasons(reasons)
    wanted = [float(settings["lines"][0]), float(settings["branches"][0])]
    paths = measured_files(sources, settings)
    found, total, table, gaps, bad = run_gcov(gcov, sources, build, paths), Sum(), [], [], []
    for path in paths:
        source = open(os.path.join(sources, path)).read().splitlines()
        here = Sum()
        for number, (count, branches) in sorted(found.get(path, {}).items()):
            here.add(count, branches)
            total.add(count, branches)
            if count == 0 or 0 in branches:
                gaps.append((path, number, source[number - 1].strip(), text_of_gap(count, branches)))
        table.append((path, here))
        if here.lines_run == 0:
            bad.append("%s: nothing of it was run" % path)
    if total.lines == 0:
        sys.exit("nothing was measured: is the build one of --enable-coverage with gcc?")

    head = os.path.join(os.path.dirname(os.path.abspath(__file__)), "line_coverage_head.md")
    out = ["<!-- SPDX-License-Identifier: CC0-1.0. Written by make coverage; the reasons are in "
           "tests/line_coverage.txt. -->", open(head).read().rstrip(), "",
           "| file | lines | | branches | |", "| --- | ---: | ---: | ---: | ---: |"]
    out += ["| `%s` | %s |" % (path, here.cells()) for path, here in table]
    out += ["| **all %d files** | %s |" % (len(table), total.cells()), "", "## What is not covered, and why", ""]
    left = list(gaps)
    for title, text, entries in groups:
        mine, entries = [], list(entries)
        for gap in left[:]:
            if (gap[0], gap[2]) in entries:
                entries.remove((gap[0], gap[2]))
                left.remove(gap)
                mine.append(gap)
        for entry in entries:
            print("covered now, or changed; take it out of %s: %s: %s" % ((reasons,) + entry))
        out += section(title, text, mine)
    if left:
        out += section("Without a reason", [], left)
        bad += ["%s:%d: %s, without a reason: %s" % (path, number, gap, text) for path, number, text, gap in left]
    for what, part, whole, least in (("lines", total.lines_run, total.lines, wanted[0]),
                                     ("branches", total.branches_run, total.branches, wanted[1])):
        print("%s: %d of %d, %s, wanted %g %%" % (what, part, whole, percent(part, whole), least))
        if 100 * part < least * whole:
            bad.append("too few %s" % what)
    with open(document, "w") as f:
        f.write("\n".join(out).rstrip() + "\n")
    print("\n".join(bad), file=sys.stderr)
    return 1 if bad else 0


def section(title, text, gaps):
    out = ["### " + title, ""] + text + ([""] if text else [])
    for path in sorted({gap[0] for gap in gaps}):
        places = ["%d (%s)" % (number, gap) for p, number, _, gap in gaps if p == path]
        out.append("- `%s`: %s" % (path, ", ".join(places)))
    return out + [""]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
