"""The history of one's own questions."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from webapp import guard, saving
from webapp.pages.state import State

pages = Blueprint("asked", __name__)


@pages.get("/saved/questions")
def asked() -> str:
    """What whoever looks had asked, newest first."""
    saving.things()
    history, user = saving.questions(), saving.viewer().user
    found = history.asked(user) if history is not None else ()
    kept = history is not None and history.kept_for(user)
    return render_template("questions.html", found=found, kept=kept, off=history is None, state=State())


@pages.post("/saved/questions")
def change() -> ResponseReturnValue:
    """Forget what was asked, or keep it from now on, or not, as the form says."""
    guard.check_from_here()
    history, user, wish = saving.questions(), saving.viewer().user, request.form.get("do")
    if history is not None and wish == "clear":
        history.clear(user)
    elif history is not None and wish in ("on", "off"):
        history.switch(user, on=wish == "on")
    return redirect("/saved/questions", 303)
