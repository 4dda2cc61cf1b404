# Sources of src/conform.
