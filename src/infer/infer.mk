# Sources of src/infer.
