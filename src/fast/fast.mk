# Sources of src/fast.
