# Criterion unit tests: a stanza each; tests/tests.mk makes them print TAP.
unit_programs = tests/test_status tests/test_gradients tests/test_rng tests/test_kl tests/test_likelihood tests/test_network tests/test_objective tests/test_optim tests/test_fp_canary tests/test_known_truth tests/test_estimators
unit_programs += tests/test_gradcheck
check_PROGRAMS += $(unit_programs)
TESTS += $(unit_programs)

small_vae = tests/support/small_vae.c tests/support/small_vae.h

tests_test_status_SOURCES = tests/test_status.c
tests_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_status_LDADD = $(UNIT_LIBS)

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

tests_test_gradcheck_SOURCES = tests/test_gradcheck.c
tests_test_gradcheck_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_gradcheck_LDADD = $(UNIT_LIBS)

tests_test_evaluate_SOURCES = tests/test_evaluate.c
tests_test_evaluate_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_evaluate_LDADD = $(UNIT_LIBS)

tests_test_train_SOURCES = tests/test_train.c tests/test_run_files.c $(toy_run)
tests_test_train_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_test_train_LDADD = $(UNIT_LIBS)
toy_run = tests/support/toy_run.c tests/support/toy_run.h
