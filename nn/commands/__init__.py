"""What `python -m nn` can do, one command a file; only these and `__main__` use more than NumPy."""
