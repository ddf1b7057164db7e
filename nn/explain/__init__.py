"""What can be told about a trained network: why an answer, where it errs, what it finds convincing."""
