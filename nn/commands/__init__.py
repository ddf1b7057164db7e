"""What `python -m nn` can do, a command a file; they and `__main__` alone in `nn` know more than NumPy."""
