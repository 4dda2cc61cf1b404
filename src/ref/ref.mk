# Sources of src/ref.
