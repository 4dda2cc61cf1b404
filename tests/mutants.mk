# `make mutants`: known mistakes are planted one at a time, and every one must be found (tests/mutants/run.sh). It
# writes docs/mutants.md. MUTANTS='ID ...' plants those alone and writes their table to the build folder.
EXTRA_DIST += tests/mutants tests/mutants_sample.sh tests/mutants_catalogue.sh
TESTS += tests/mutants_catalogue.sh
LONG_TESTS += tests/mutants_sample.sh
# Unit tests in the order in which they are asked: those of a module before those of what is made of it, quick ones
# before slow ones. The golden vectors and checkkern are asked apart.
mutant_units = tests/test_kl tests/test_objective tests/test_likelihood tests/test_network tests/test_optim \
	tests/test_rng tests/test_gradients tests/test_known_truth tests/test_estimators tests/test_engine \
	tests/test_gather tests/test_evaluate tests/test_reconstruct tests/test_train tests/test_gradcheck \
	tests/test_resume
mutant_fast_units = tests/test_engine_noise tests/test_engines tests/test_train tests/test_engine_bits
mutant_env = CC='$(CC)' AEVB_SRCDIR='$(abs_top_srcdir)' \
	MUTANT_CPPFLAGS='$(DEFS) -I. $(AM_CPPFLAGS) $(CPPFLAGS)' \
	MUTANT_CFLAGS='$(AEVB_CFLAGS) -pthread' \
	MUTANT_LEVEL_FLAGS='-DAEVB_KERN_LEVEL=portable -DAEVB_KERN_LEVEL_portable' \
	MUTANT_CORE='$(libaevb_core_la_SOURCES)' MUTANT_AEVB='$(aevb_SOURCES)' \
	MUTANT_SUPPORT='$(tests_libsupport_a_SOURCES)' MUTANT_CHECKKERN='$(tests_checkkern_checkkern_SOURCES)' \
	MUTANT_UNITS='$(mutant_units)' MUTANT_FAST_UNITS='$(mutant_fast_units)' \
	MUTANT_LIBS='-pthread $(CORE_LIBS)' MUTANT_UNIT_LIBS='$(CRITERION_LIBS)'
.PHONY: mutants
mutants:
	@table=$(srcdir)/docs/mutants.md; test -z '$(MUTANTS)' || table=mutants.md; \
	$(mutant_env) $(SHELL) $(srcdir)/tests/mutants/run.sh mutants.tmp $$table $(MUTANTS)
CLEANFILES += mutants.md
clean-local:
	rm -rf mutants.tmp
