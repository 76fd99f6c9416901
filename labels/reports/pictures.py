"""Charts as SVG and PNG, drawn in this process: nothing is fetched."""

from typing import Final

from labels.errors import NotDrawn
from labels.model import Chart

_SCALE: Final = 2.0
"""Pixels of a PNG for each of the chart."""


def svg(chart: Chart) -> str:
    """The chart as an SVG document. Raises NotDrawn where it cannot be drawn."""
    import vl_convert

    try:
        return str(vl_convert.vegalite_to_svg(chart.spec, allowed_base_urls=[]))
    except ValueError as error:
        raise NotDrawn(f"the chart {chart.name} cannot be drawn: {error}") from error


def png(chart: Chart) -> bytes:
    """The chart as a PNG. Raises NotDrawn where it cannot be drawn."""
    import vl_convert

    try:
        return bytes(vl_convert.vegalite_to_png(chart.spec, scale=_SCALE, allowed_base_urls=[]))
    except ValueError as error:
        raise NotDrawn(f"the chart {chart.name} cannot be drawn: {error}") from error
