# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status tests/test_gradients tests/test_rng tests/test_kl tests/test_likelihood tests/test_network tests/test_objective tests/test_optim tests/test_fp_canary tests/test_known_truth tests/test_estimators
unit_programs += tests/test_png_grid tests/test_reconstruct
unit_programs += tests/test_gradcheck tests/test_evaluate tests/test_train tests/test_run_files
unit_programs += tests/test_atomic_file tests/test_npy_write tests/test_safetensors \
	tests/test_safetensors_malformed
unit_programs = tests/test_status tests/test_gradients
unit_programs += tests/test_idx tests/test_sprites tests/test_gather tests/test_data_open
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

small_vae = tests/support/small_vae.c tests/support/small_vae.h

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

toy_run = tests/support/toy_run.c tests/support/toy_run.h

tests_test_gradcheck_SOURCES = tests/test_gradcheck.c
tests_test_gradcheck_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gradcheck_LDADD = $(UNIT_LIBS)

tests_test_evaluate_SOURCES = tests/test_evaluate.c $(toy_run)
tests_test_evaluate_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_evaluate_LDADD = $(UNIT_LIBS)

tests_test_train_SOURCES = tests/test_train.c $(toy_run)
tests_test_train_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_train_LDADD = $(UNIT_LIBS)

tests_test_run_files_SOURCES = tests/test_run_files.c $(toy_run)
tests_test_run_files_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_run_files_LDADD = $(UNIT_LIBS)

tests_test_gradients_SOURCES = tests/test_gradients.c tests/support/deriv_check.h $(small_vae)
tests_test_gradients_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gradients_LDADD = $(UNIT_LIBS)

tests_test_rng_SOURCES = tests/test_rng.c
tests_test_rng_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_rng_LDADD = $(UNIT_LIBS)

tests_test_kl_SOURCES = tests/test_kl.c tests/support/deriv_check.h
tests_test_kl_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_kl_LDADD = $(UNIT_LIBS)

tests_test_likelihood_SOURCES = tests/test_likelihood.c
tests_test_likelihood_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_likelihood_LDADD = $(UNIT_LIBS)

tests_test_network_SOURCES = tests/test_network.c $(small_vae)
tests_test_network_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_network_LDADD = $(UNIT_LIBS)

tests_test_objective_SOURCES = tests/test_objective.c tests/support/deriv_check.h
tests_test_objective_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_objective_LDADD = $(UNIT_LIBS)

tests_test_optim_SOURCES = tests/test_optim.c
tests_test_optim_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_optim_LDADD = $(UNIT_LIBS)

tests_test_fp_canary_SOURCES = tests/test_fp_canary.c
tests_test_fp_canary_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_fp_canary_LDADD = $(UNIT_LIBS)

tests_test_known_truth_SOURCES = tests/test_known_truth.c $(small_vae)
tests_test_known_truth_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_known_truth_LDADD = $(UNIT_LIBS)

tests_test_estimators_SOURCES = tests/test_estimators.c $(small_vae)
tests_test_estimators_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_estimators_LDADD = $(UNIT_LIBS)

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

small_vae = tests/support/small_vae.c tests/support/small_vae.h

idx_files = tests/support/idx_files.c tests/support/idx_files.h

tests_test_idx_SOURCES = tests/test_idx.c $(idx_files)
tests_test_idx_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_idx_LDADD = $(UNIT_LIBS) $(ZLIB_LIBS)

tests_test_sprites_SOURCES = tests/test_sprites.c tests/support/sha256_hex.h
tests_test_sprites_CPPFLAGS = $(UNIT_CPPFLAGS) $(NETTLE_CFLAGS)
tests_test_sprites_LDADD = $(UNIT_LIBS) $(NETTLE_LIBS)

tests_test_gather_SOURCES = tests/test_gather.c
tests_test_gather_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gather_LDADD = $(UNIT_LIBS) $(GSL_LIBS)

tests_test_data_open_SOURCES = tests/test_data_open.c tests/support/sha256_hex.h $(idx_files)
tests_test_data_open_CPPFLAGS = $(UNIT_CPPFLAGS) $(NETTLE_CFLAGS)
tests_test_data_open_LDADD = $(UNIT_LIBS) $(NETTLE_LIBS) $(ZLIB_LIBS)

tests_test_png_grid_SOURCES = tests/test_png_grid.c
tests_test_png_grid_CPPFLAGS = $(UNIT_CPPFLAGS) $(LIBPNG_CFLAGS)
tests_test_png_grid_LDADD = $(UNIT_LIBS) $(LIBPNG_LIBS)

tests_test_reconstruct_SOURCES = tests/test_reconstruct.c
tests_test_reconstruct_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_reconstruct_LDADD = $(UNIT_LIBS)
