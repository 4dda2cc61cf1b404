# Golden vectors. `make vectors` writes them anew with the oracle, which needs FLINT/Arb and nothing else does.
EXTRA_DIST += vectors/README.md vectors/schemas
EXTRA_PROGRAMS = vectors/oracle/oracle
oracle_cases = vectors/oracle/cases.h vectors/oracle/cases_activation.c vectors/oracle/cases_affine.c \
	vectors/oracle/cases_bernoulli.c vectors/oracle/cases_density.c vectors/oracle/cases_gaussian.c vectors/oracle/cases_large.c \
	vectors/oracle/cases_model.c vectors/oracle/cases_objective.c vectors/oracle/cases_optim.c \
	vectors/oracle/cases_posterior.c vectors/oracle/cases_rng.c vectors/oracle/cases_trajectory.c \
	vectors/oracle/draw.c vectors/oracle/draw.h vectors/oracle/model_group.c vectors/oracle/model_group.h
oracle_formulas = vectors/oracle/formulas.h vectors/oracle/f_likelihood.c vectors/oracle/f_model.c \
	vectors/oracle/f_model.h vectors/oracle/f_network.c vectors/oracle/f_objective.c vectors/oracle/f_optim.c \
	vectors/oracle/f_posterior.c vectors/oracle/f_quantile.c
vectors_oracle_oracle_SOURCES = vectors/oracle/num.c vectors/oracle/num.h vectors/oracle/num_function.c \
	vectors/oracle/oracle.c vectors/oracle/oracle.h vectors/oracle/oracle_difference.c vectors/oracle/oracle_main.c \
	vectors/oracle/oracle_notes.c vectors/oracle/oracle_round.c vectors/oracle/oracle_schema.c \
	vectors/oracle/oracle_write.c \
	$(oracle_cases) $(oracle_formulas)
vectors_oracle_oracle_LDADD = libaevb_core.la $(JANSSON_LIBS) $(ARB_LIBS) $(LIBM)

.PHONY: vectors
if HAVE_ARB
vectors: vectors/oracle/oracle$(EXEEXT)
	$(MKDIR_P) $(srcdir)/vectors/schemas
	vectors/oracle/oracle$(EXEEXT) $(srcdir)/vectors
else
vectors:
	@echo "make vectors needs FLINT and Arb: apt-get install libflint-dev libflint-arb-dev, then configure again" >&2
	@false
endif
