"""A photograph of a digit, found and brought to 28x28."""
