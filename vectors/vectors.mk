# Golden vectors. `make vectors` writes them anew with the oracle, which needs FLINT/Arb and nothing else does.
vectorsdir = $(pkgdatadir)/vectors
dist_vectors_DATA = vectors/README.md vectors/activation-backward.json vectors/activation.json \
	vectors/affine-backward.json vectors/affine.json vectors/bernoulli-backward.json vectors/bernoulli.json \
	vectors/categorical-backward.json vectors/categorical.json \
	vectors/elbo.json vectors/gaussian-backward.json vectors/gaussian-fixed-backward.json \
	vectors/gaussian-fixed.json vectors/gaussian.json vectors/grey-backward.json vectors/grey.json \
	vectors/iwae.json vectors/kl-backward.json vectors/kl.json vectors/large-0001.safetensors \
	vectors/large-0002.safetensors vectors/large-0003.safetensors vectors/large.json \
	vectors/logpz-backward.json vectors/logpz.json vectors/logq-backward.json vectors/logq.json \
	vectors/model.json vectors/normal-quantile.json vectors/normal.json vectors/optimiser.json \
	vectors/permutation.json vectors/philox.json vectors/reparam-backward.json vectors/reparam.json \
	vectors/trajectory.json vectors/uniform.json vectors/weight-prior.json
schemasdir = $(vectorsdir)/schemas
dist_schemas_DATA = vectors/schemas/activation-backward.schema.json vectors/schemas/activation.schema.json \
	vectors/schemas/affine-backward.schema.json vectors/schemas/affine.schema.json \
	vectors/schemas/bernoulli-backward.schema.json vectors/schemas/bernoulli.schema.json \
	vectors/schemas/categorical-backward.schema.json vectors/schemas/categorical.schema.json \
	vectors/schemas/elbo.schema.json vectors/schemas/gaussian-backward.schema.json \
	vectors/schemas/gaussian-fixed-backward.schema.json vectors/schemas/gaussian-fixed.schema.json \
	vectors/schemas/gaussian.schema.json vectors/schemas/grey-backward.schema.json \
	vectors/schemas/grey.schema.json vectors/schemas/iwae.schema.json vectors/schemas/kl-backward.schema.json \
	vectors/schemas/kl.schema.json vectors/schemas/large.schema.json vectors/schemas/logpz-backward.schema.json \
	vectors/schemas/logpz.schema.json vectors/schemas/logq-backward.schema.json \
	vectors/schemas/logq.schema.json vectors/schemas/model.schema.json \
	vectors/schemas/normal-quantile.schema.json vectors/schemas/normal.schema.json \
	vectors/schemas/optimiser.schema.json vectors/schemas/permutation.schema.json \
	vectors/schemas/philox.schema.json vectors/schemas/reparam-backward.schema.json \
	vectors/schemas/reparam.schema.json vectors/schemas/trajectory.schema.json \
	vectors/schemas/uniform.schema.json vectors/schemas/weight-prior.schema.json
EXTRA_PROGRAMS = vectors/oracle/oracle
oracle_cases = vectors/oracle/cases.h vectors/oracle/cases_activation.c vectors/oracle/cases_affine.c \
	vectors/oracle/cases_bernoulli.c vectors/oracle/cases_categorical.c vectors/oracle/cases_density.c vectors/oracle/cases_gaussian.c \
	vectors/oracle/cases_large.c vectors/oracle/cases_model.c vectors/oracle/cases_objective.c vectors/oracle/cases_optim.c \
	vectors/oracle/cases_posterior.c vectors/oracle/cases_rng.c vectors/oracle/cases_trajectory.c \
	vectors/oracle/draw.c vectors/oracle/draw.h vectors/oracle/model_group.c vectors/oracle/model_group.h
oracle_formulas = vectors/oracle/formulas.h vectors/oracle/f_likelihood.c vectors/oracle/f_model.c \
	vectors/oracle/f_model.h vectors/oracle/f_network.c vectors/oracle/f_objective.c vectors/oracle/f_optim.c \
	vectors/oracle/f_posterior.c vectors/oracle/f_quantile.c
vectors_oracle_oracle_SOURCES = vectors/oracle/num.c vectors/oracle/num.h vectors/oracle/num_function.c \
	vectors/oracle/oracle.c vectors/oracle/oracle.h vectors/oracle/oracle_difference.c \
	vectors/oracle/oracle_main.c \
	vectors/oracle/oracle_notes.c vectors/oracle/oracle_round.c vectors/oracle/oracle_schema.c \
	vectors/oracle/oracle_write.c \
	$(oracle_cases) $(oracle_formulas)
vectors_oracle_oracle_LDADD = libaevb_core.la $(CORE_LIBS) $(ARB_LIBS)

.PHONY: vectors
if HAVE_ARB
vectors: vectors/oracle/oracle$(EXEEXT)
	$(MKDIR_P) $(srcdir)/vectors/schemas
	vectors/oracle/oracle$(EXEEXT) $(srcdir)/vectors
long_programs = vectors/oracle/oracle$(EXEEXT)
else
vectors:
	@echo "make vectors needs FLINT and Arb: apt-get install libflint-dev libflint-arb-dev, then configure again" >&2
	@false
endif

# A mirror for NumPy is made where the vectors are installed. A build for another machine cannot run its own command.
npz_names = $(dist_vectors_DATA:.json=.npz)
install-data-hook:
	@if test '$(cross_compiling)' = yes; then \
	  echo 'vectors/*.npz are not made in a build for another machine: run aevb vectors npz there'; \
	else \
	  ./aevb$(EXEEXT) vectors --vectors '$(srcdir)/vectors' npz '$(DESTDIR)$(vectorsdir)'; \
	fi
uninstall-hook:
	@cd '$(DESTDIR)$(vectorsdir)' 2>/dev/null || exit 0; \
	for name in $(npz_names); do case $$name in *.npz) rm -f "$${name##*/}" ;; esac; done

# The malformed corpus: some hundred files, so its folder is named, not they.
EXTRA_DIST += vectors/malformed
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(vectorsdir)/malformed'
	for file in '$(srcdir)'/vectors/malformed/*; do \
	    test ! -f "$$file" || $(INSTALL_DATA) "$$file" '$(DESTDIR)$(vectorsdir)/malformed' || exit 1; done
uninstall-local:
	rm -rf '$(DESTDIR)$(vectorsdir)/malformed'
