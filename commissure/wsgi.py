"""For WSGI servers: `commissure.wsgi:make_app()` gives the app, with settings from COMMISSURE_* variables and the settings file."""

from flask import Flask

from commissure.server import collect_seldom, work_off_loads
from commissure.server import make_app as _make_app
from commissure.settings import load


def make_app() -> Flask:
    """The app."""
    settings = load({})
    app = _make_app(settings)
    collect_seldom()
    work_off_loads(settings)
    return app
