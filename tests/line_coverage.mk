# `make coverage`, in a build of its own with --enable-coverage: lines and branches of the loaders and the reference
# that `make check` runs. It writes docs/coverage.md and fails when they are too few, or when a gap has no reason
# (tests/line_coverage.txt). `make coverage-report` takes what was run since the last `make coverage-zero`.
EXTRA_DIST += tests/line_coverage.py tests/line_coverage.txt tests/line_coverage_head.md
.PHONY: coverage coverage-zero coverage-report
if COVERAGE
coverage:
	$(MAKE) $(AM_MAKEFLAGS) coverage-zero
	$(MAKE) $(AM_MAKEFLAGS) check
	$(MAKE) $(AM_MAKEFLAGS) coverage-report
coverage-zero:
	find . -name '*.gcda' -exec rm -f {} +
coverage-report:
	python3 $(srcdir)/tests/line_coverage.py '$(GCOV)' '$(srcdir)' . $(srcdir)/tests/line_coverage.txt \
	    $(srcdir)/docs/coverage.md
else
coverage coverage-zero coverage-report:
	@echo 'make coverage needs a build of its own: mkdir build-cov && cd build-cov && ../configure --enable-coverage' >&2
	@false
endif
