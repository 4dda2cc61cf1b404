# Sources of src/ref: one clause group per file.
libaevb_core_la_SOURCES += src/ref/ref.h src/ref/affine.c src/ref/activation.c src/ref/reparam.c src/ref/kl.c \
	src/ref/density.c src/ref/bernoulli.c src/ref/gaussian.c src/ref/categorical.c src/ref/domain.c src/ref/optimisers.c \
	src/ref/mlp.c src/ref/mlp.h src/ref/vae.c src/ref/vae.h src/ref/ref_engine.c
