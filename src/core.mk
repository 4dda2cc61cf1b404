# Sources of the library, one list per folder.
libaevb_core_la_SOURCES += src/error.c src/error.h src/alloc.c src/alloc.h src/clock.c src/clock.h \
	src/limits.c
include $(srcdir)/src/rng/rng.mk
include $(srcdir)/src/model/model.mk
include $(srcdir)/src/ref/ref.mk
include $(srcdir)/src/fast/fast.mk
include $(srcdir)/src/fast/engine.mk
include $(srcdir)/src/objective/objective.mk
include $(srcdir)/src/train/train.mk
include $(srcdir)/src/infer/infer.mk
include $(srcdir)/src/data/data.mk
include $(srcdir)/src/format/format.mk
include $(srcdir)/src/conform/conform.mk
include $(srcdir)/src/report/report.mk
include $(srcdir)/src/bench/bench.mk
include $(srcdir)/src/cli/cli.mk
