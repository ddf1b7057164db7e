"""What `python -m nn` can do, a command a file; they alone in `nn` know more than NumPy."""
