"""The REST interface under /api/v1."""

from flask import Flask

from webapp.settings import WebSettings


def register(app: Flask, settings: WebSettings) -> None:
    """Add the interface to the application."""
