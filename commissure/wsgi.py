"""For WSGI servers: `commissure.wsgi:make_app()` gives the app, with settings from COMMISSURE_* variables and the settings file."""

from flask import Flask

from commissure.server import collect_seldom
from commissure.server import make_app as _make_app
from commissure.settings import load


def make_app() -> Flask:
    """The app."""
    app = _make_app(load({}))
    collect_seldom()
    return app
