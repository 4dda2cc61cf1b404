# Checks of the golden vectors.
if HAVE_CRITERION
check_PROGRAMS += tests/test_vectors
TESTS += tests/test_vectors
endif
tests_test_vectors_SOURCES = tests/test_vectors.c tests/support/ref_port.c tests/support/ref_port.h \
	tests/support/ref_wholes.c $(small_vae)
