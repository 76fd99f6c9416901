"""Benchmarks: each prints figures beside a named baseline measured in the same run."""
