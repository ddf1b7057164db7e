"""What a trained network can be asked: why this answer, where it errs, how far it can be trusted."""
