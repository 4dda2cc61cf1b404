# make check: Criterion programs print TAP, so that each test is counted; scripts do the same. ASan must abort:
# Criterion ignores the exit status with which a test's process reports its leaks.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
# .long: programs of check-long; automake has no rule for a test without an extension that TESTS does not list.
LONG_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh .long
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = CRITERION_OUTPUTS=tap:-; AEVB_SRCDIR='$(abs_top_srcdir)'; AEVB_BUILDDIR='$(abs_top_builddir)'; \
	LSAN_OPTIONS='suppressions=$(abs_top_srcdir)/tests/support/lsan.supp:print_suppressions=0'; \
	ASAN_OPTIONS=abort_on_error=1; TSAN_OPTIONS='ignore_noninstrumented_modules=1 halt_on_error=1 abort_on_error=1'; \
	AEVB_CC='$(CC)'; AEVB_SAN='$(AEVB_SAN)'; \
	AEVB_PYTHON='$(AEVB_PYTHON)'; AEVB_NODE='$(NODE)'; \
	export CRITERION_OUTPUTS AEVB_SRCDIR AEVB_BUILDDIR LSAN_OPTIONS ASAN_OPTIONS TSAN_OPTIONS \
	AEVB_CC AEVB_SAN AEVB_PYTHON AEVB_NODE;
AM_CPPFLAGS += -I$(top_srcdir)/tests/support $(CRITERION_CFLAGS)
LDADD = tests/libsupport.a libaevb_core.la $(CORE_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
include $(srcdir)/tests/unit.mk
endif
include $(srcdir)/tests/cli.mk
include $(srcdir)/tests/ports.mk

# Specification, reference and tests name each other; the script reads the source tree.
TESTS += tests/coverage.sh
EXTRA_DIST += tests/coverage.sh docs tests/support/lsan.supp
include $(srcdir)/tests/checkkern.mk
include $(srcdir)/tests/mutants.mk
include $(srcdir)/tests/line_coverage.mk
