# Sources of src/model.
libaevb_core_la_SOURCES += src/model/model_names.c src/model/layout.c src/model/network.h \
	src/model/model.c src/model/names.h src/engine.c src/engine.h src/fp_rules.h
