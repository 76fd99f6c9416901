"""Prometheus metrics. Placeholder."""

from flask import Flask


def register(app: Flask) -> None:
    """Count requests."""
