# Sources of src/objective.
libaevb_core_la_SOURCES += src/objective/objective.c src/objective/weight_prior.c
