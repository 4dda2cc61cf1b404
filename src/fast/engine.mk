# The fast engine: generic code that reaches the kernels through their tables. One translation unit per precision.
libaevb_core_la_SOURCES += src/fast/engine_fast.h src/fast/team.c src/fast/engine_real.h \
	src/fast/step_scalars.c src/fast/engine_f32.c src/fast/engine_f64.c
EXTRA_DIST += src/fast/engine_body.inc.c src/fast/engine_arena.inc.c src/fast/engine_layout.inc.c \
	src/fast/engine_layers.inc.c src/fast/engine_stacks.inc.c src/fast/engine_batch.inc.c \
	src/fast/engine_model.inc.c src/fast/engine_calls.inc.c
