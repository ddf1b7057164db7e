"""Pen strokes: handwriting that MNIST lacks."""
