# Criterion unit tests; tests/tests.mk makes them print TAP. A program is its one file unless it says otherwise.
unit_programs = \
	tests/test_data_open \
	tests/test_engine \
	tests/test_estimators \
	tests/test_fp_canary \
	tests/test_gather \
	tests/test_gradients \
	tests/test_idx \
	tests/test_kl \
	tests/test_known_truth \
	tests/test_likelihood \
	tests/test_network \
	tests/test_objective \
	tests/test_optim \
	tests/test_rng \
	tests/test_sprites \
	tests/test_status
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

small_vae = tests/support/small_vae.c tests/support/small_vae.h
idx_files = tests/support/idx_files.c tests/support/idx_files.h
tests_test_data_open_SOURCES = tests/test_data_open.c tests/support/sha256_hex.h $(idx_files)
tests_test_engine_SOURCES = tests/test_engine.c $(small_vae)
tests_test_estimators_SOURCES = tests/test_estimators.c $(small_vae)
tests_test_gradients_SOURCES = tests/test_gradients.c tests/support/deriv_check.h $(small_vae)
tests_test_idx_SOURCES = tests/test_idx.c $(idx_files)
tests_test_kl_SOURCES = tests/test_kl.c tests/support/deriv_check.h
tests_test_known_truth_SOURCES = tests/test_known_truth.c $(small_vae)
tests_test_network_SOURCES = tests/test_network.c $(small_vae)
tests_test_objective_SOURCES = tests/test_objective.c tests/support/deriv_check.h
tests_test_sprites_SOURCES = tests/test_sprites.c tests/support/sha256_hex.h
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
