# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status
unit_programs += tests/test_vectors
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

tests_test_vectors_SOURCES = tests/test_vectors.c tests/support/ref_port.c tests/support/ref_port.h \
	tests/support/ref_wholes.c
tests_test_vectors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_vectors_LDADD = $(UNIT_LIBS)
