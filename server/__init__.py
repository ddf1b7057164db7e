"""What serves all visitors at once: the runs in training, the datasets, who is here."""
