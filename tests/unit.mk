# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)
