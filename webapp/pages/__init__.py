"""The HTML pages: complete without a script, better with one.

`register` is what the application calls; each page is a module with one blueprint, one dataclass of what it shows and one template.
"""

from typing import Any

from flask import Flask, Response, make_response, render_template, request, url_for

from graph.vocabulary import group_of
from sources.wording import issue_name
from webapp.context import context
from webapp.errors import ERROR_PAGE
from webapp.guard import actor
from webapp.pages import (
    adding,
    as_cohort,
    asked,
    asserting,
    canvas,
    cohort,
    cohort_files,
    compare,
    data,
    document,
    facets,
    hits,
    home,
    labels,
    labels_drawing,
    labels_item,
    labels_reports,
    lists,
    narrower,
    node,
    pairs,
    patient,
    patient_view,
    patients,
    result_filter,
    saved,
    search,
    sets,
    shared,
    sign_in,
    similar,
    together,
    told,
    values,
    wording,
)
from webapp.pages.reading import snapshot_or_none
from webapp.pages.state import State
from webapp.pages.trail import made_on, way_back
from webapp.saving import things_or_none
from webapp.weight import version_of

MODULES = (
    home,
    search,
    result_filter,
    shared,
    document,
    node,
    patient,
    patients,
    cohort,
    cohort_files,
    compare,
    adding,
    as_cohort,
    canvas,
    together,
    pairs,
    similar,
    saved,
    sets,
    asked,
    sign_in,
    values,
    narrower,
    lists,
    data,
    labels,
    labels_item,
    labels_reports,
)
PAGES = frozenset(module.pages.name for module in MODULES)


def register(app: Flask) -> None:
    """Add all pages, the words and links their templates use, to the application."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for module in MODULES:
        app.register_blueprint(module.pages)
    app.jinja_env.filters.update(
        count=wording.number,
        day=wording.day,
        moment=wording.moment,
        t=wording.isolated,
        visible=wording.visible_characters,
        plain=wording.plain_visible,
        kind=wording.kind_name,
        short=wording.short_iri,
        source=wording.short_source,
        ranges=wording.ranges,
        told=told.told,
        told_by=wording.is_told_by,
        run_id=wording.run_id,
        asserted=asserting.NAMES.get,
        group_of=group_of,
    )
    app.jinja_env.globals.update(
        adding_concept=adding.of_concept,
        adding_mention=adding.of_mention,
        adding_thing=adding.of_thing,
        asset=asset,
        address=wording.address,
        measured=wording.measured,
        age_phrase=wording.age_phrase,
        citation=hits.citation,
        canvas_of_records=canvas.canvas_of_records,
        canvas_url=canvas.canvas_url,
        class_color=labels_drawing.color_of,
        count_of=told.count_of,
        facet_values=facets.FACET_VALUES,
        group_name=wording.group_name,
        issue_name=issue_name,
        item_url=labels_drawing.item_url,
        page_of=node.page_of,
        cohort_files=cohort_files.OFFERED,
        comparators=result_filter.COMPARATORS,
        pins_of_cohort=patient_view.pins_of_cohort,
        property_name=wording.property_name,
        relation_name=wording.relation_name,
        sharing=shared.url_of,
        standing_columns=asserting.COLUMNS,
        stated=node.stated,
        system_name=wording.system_name,
        way_back=way_back,
    )
    app.context_processor(_shared)
    app.before_request(told.refuse_lists)
    app.after_request(_kept_private)
    app.extensions[ERROR_PAGE] = lambda problem: render_error(problem.status, problem.title, problem.detail)


def _kept_private(response: Response) -> Response:
    """Clinical text: no shared cache keeps it, and the browser's own asks before each use."""
    if request.blueprint in PAGES:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _shared() -> dict[str, Any]:
    opened = snapshot_or_none()
    published = opened.published if opened else ""
    return {
        "state": State(),
        "published": published,
        "made_on": made_on(published),
        "actor": actor(),
        "protected": context().protection.on,
        "can_save": things_or_none() is not None,
    }


def asset(name: str) -> str:
    """The address of a file of `static`, new whenever its content is; '' where it has not been built."""
    version = version_of(name)
    return url_for("static", filename=name, v=version) if version else ""


def render_error(status: int, title: str, detail: str) -> Response:
    """An error as a page: what, and what to do."""
    nothing = status in (404, 503) and snapshot_or_none() is None
    return make_response(render_template("error.html", status=status, title=title, detail=detail, nothing=nothing), status)
