# Sources of src/rng.
