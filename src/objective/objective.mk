# Sources of src/objective.
