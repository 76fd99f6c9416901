"""The charts of a report: one specification for the web page, for SVG and for PNG."""

from typing import Any, Final

from labels.model import Chart, Report
from labels.reports import annotation_charts, worker_charts

_WIDTH: Final = 560
_DRAWERS: Final = {"annotations": annotation_charts.DRAWERS, "workers": worker_charts.DRAWERS}


def report_specs(report: Report, width: int = _WIDTH) -> dict[str, dict[str, Any]]:
    """Name → Vega-Lite specification, with its data inside, of every chart that the report has data for; `width` in pixels."""
    return {chart.name: chart.spec for chart in report_charts(report, width)}


def report_charts(report: Report, width: int = _WIDTH) -> tuple[Chart, ...]:
    """The charts that the report has data for."""
    found = ((table, draw, report.table(table).records()) for table, draw in _DRAWERS[report.name])
    return tuple(chart for table, draw, records in found if records and (chart := draw(table, records, width)) is not None)
