"""Measurements that take longer than a test may, or depend on the machine: python -m tests.benchmarks.X."""
