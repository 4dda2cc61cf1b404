# Sources of src/format.
