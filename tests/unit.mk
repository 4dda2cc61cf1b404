# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status
unit_programs += tests/test_atomic_file tests/test_npy_write tests/test_safetensors \
	tests/test_safetensors_malformed tests/test_model_file
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

tests_test_atomic_file_SOURCES = tests/test_atomic_file.c tests/support/temp_files.c tests/support/temp_files.h
tests_test_atomic_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_atomic_file_LDADD = $(UNIT_LIBS)

tests_test_npy_write_SOURCES = tests/test_npy_write.c tests/support/temp_files.c tests/support/temp_files.h
tests_test_npy_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_npy_write_LDADD = $(UNIT_LIBS)

tests_test_safetensors_SOURCES = tests/test_safetensors.c tests/support/temp_files.c tests/support/temp_files.h \
	tests/support/st_bytes.c tests/support/st_bytes.h
tests_test_safetensors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_safetensors_LDADD = $(UNIT_LIBS)

tests_test_safetensors_malformed_SOURCES = tests/test_safetensors_malformed.c tests/support/temp_files.c \
	tests/support/temp_files.h tests/support/st_bytes.c tests/support/st_bytes.h
tests_test_safetensors_malformed_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_safetensors_malformed_LDADD = $(UNIT_LIBS) $(JANSSON_LIBS)

tests_test_model_file_SOURCES = tests/test_model_file.c tests/support/temp_files.c tests/support/temp_files.h
tests_test_model_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_model_file_LDADD = $(UNIT_LIBS)
