# Tests of the command, of the installed library and of the headers: shell scripts that print TAP.
cli_tests = tests/cli_usage.sh tests/cli_commands.sh tests/cli_data.sh tests/cli_runs.sh tests/cli_text.sh \
	tests/cli_bench.sh tests/headers_alone.sh tests/symbols.sh tests/install_use.sh tests/threads.sh
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) tests/support/cli.sh tests/support/tap.sh README.md quickstart

check_PROGRAMS += tests/json_value examples/train_tiny
tests_json_value_SOURCES = tests/support/json_value.c
tests_json_value_LDADD = $(JANSSON_LIBS)
examples_train_tiny_SOURCES = examples/train_tiny.c
examples_train_tiny_LDADD = libaevb.la

# make check-long: the same harness over what takes minutes or wants the data of AEVB_DATA.
LONG_TESTS = tests/long_train.sh tests/long_text.sh tests/data_real.sh tests/vectors_regenerate.sh
EXTRA_DIST += $(LONG_TESTS) tests/pictures_pillow.py
check-long: all $(check_PROGRAMS) $(long_programs)
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(LONG_TESTS)' TEST_SUITE_LOG=test-suite-long.log
.PHONY: check-long

# Rows of data sources as other programs see them.
check_PROGRAMS += tests/data_tool
tests_data_tool_SOURCES = tests/data_tool.c
tests_data_tool_LDADD = libaevb.la $(ZLIB_LIBS)

# The malformed corpus: verdicts on hostile and minimal files.
check_PROGRAMS += tests/malformed_tool
tests_malformed_tool_SOURCES = tests/malformed_tool.c
tests_malformed_tool_LDADD = libaevb_core.la $(CORE_LIBS)
TESTS += tests/malformed.sh
LONG_TESTS += tests/malformed_others.sh
EXTRA_DIST += tests/malformed.sh tests/malformed_others.sh tests/malformed_others.py
