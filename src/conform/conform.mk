# Sources of src/conform.
libaevb_core_la_SOURCES += src/conform/json_schema.c src/conform/json_schema.h src/conform/vector_file.c \
	src/conform/vector_file.h src/conform/vector_json.c src/conform/vector_json.h src/conform/vector_score.c \
	src/conform/vector_reader.h src/conform/vector_tensors.c src/conform/vector_question.c src/conform/vectors_lint.c

# A folder of vectors, and working out answers.
libaevb_core_la_SOURCES += src/conform/vector_set.c src/conform/vector_set.h src/conform/vectors_show.c \
	src/conform/vectors_npz.c \
	src/conform/kernel_set.c src/conform/kernel_set.h src/conform/answer_case.c src/conform/answer_case.h \
	src/conform/answer_types.h src/conform/answer_kernels.c src/conform/answer_objectives.c \
	src/conform/answer_rng.c src/conform/answer_models.c src/conform/answer_parts.h \
	src/conform/answer_training.c src/conform/answer_engine.c src/conform/answer_engine.h \
	src/conform/composed_model.c src/conform/composed_model.h src/conform/fast_kernels.h \
	src/conform/fast_kernels_f32.c src/conform/fast_kernels_f64.c
EXTRA_DIST += src/conform/fast_kernels.inc.c src/conform/fast_likelihoods.inc.c

# The runner of ports, its reports and its diagnosis; our own port.
libaevb_core_la_SOURCES += src/conform/port_process.c src/conform/port_process.h src/conform/case_request.c \
	src/conform/case_request.h src/conform/case_verdict.c src/conform/case_verdict.h \
	src/conform/conform_session.c src/conform/conform_session.h src/conform/expect_fail.c \
	src/conform/expect_fail.h src/conform/conform_run.c src/conform/conform_result.h \
	src/conform/conform_report.c src/conform/conform_report.h src/conform/report_json.c \
	src/conform/report_html.c src/conform/report_junit.c src/conform/diagnose.c src/conform/mistakes.h \
	src/conform/mistakes_posterior.c src/conform/mistakes_likelihood.c src/conform/mistakes_network.c \
	src/conform/mistakes_objective.c src/conform/mistakes_optim.c src/conform/port_serve.c
