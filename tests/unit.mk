# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status tests/test_gradients
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

tests_test_gradients_SOURCES = tests/test_gradients.c tests/support/deriv_check.h $(small_vae)
tests_test_gradients_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gradients_LDADD = $(UNIT_LIBS)
small_vae = tests/support/small_vae.c tests/support/small_vae.h
