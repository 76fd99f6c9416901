"""Pieces of SQL: quoting, and the macros that views use."""

from typing import Final

ORDER: Final = "view_order"
REFERENCE: Final = "view_reference_key"
ROUNDED: Final = "view_rounded"
MARK: Final = "view: "
"""What the errors that a view raises itself begin with."""


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """A name as SQL writes it."""
    return '"' + value.replace('"', '""') + '"'


MACROS: Final = (
    # -1, 0 or 1; NULL where one moment is less exact than the other and they agree as far as it goes. A time without zone counts as UTC.
    """CREATE MACRO view_order(a, b) AS CASE
        WHEN length(a) <= 10 OR length(b) <= 10 THEN CASE
            WHEN left(a, least(length(a), length(b), 10)) < left(b, least(length(a), length(b), 10)) THEN -1
            WHEN left(a, least(length(a), length(b), 10)) > left(b, least(length(a), length(b), 10)) THEN 1
            WHEN length(a) = length(b) THEN 0 END
        ELSE sign(epoch_us(CAST(a AS TIMESTAMPTZ)) - epoch_us(CAST(b AS TIMESTAMPTZ))) END""",
    # The id that a reference names: Type/id, alone, at the end of a URL, or before a version; '' for any other.
    r"""CREATE MACRO view_reference_key(reference, type) AS
        nullif(regexp_extract(reference, '(?:^|/)' || type || '/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]+)?$', 1), '')""",
    # Sums of decimals as decimals have them: .1 + .2 is .3.
    "CREATE MACRO view_rounded(a) AS CAST(printf('%.15g', CAST(a AS DOUBLE)) AS DOUBLE)",
    """CREATE MACRO view_places(t) AS length(regexp_extract(t, '\\.([0-9]+)', 1))
        - coalesce(TRY_CAST(regexp_extract(t, '[eE]([+-]?[0-9]+)', 1) AS INTEGER), 0)""",
    """CREATE MACRO view_bound_decimal(t, side) AS
        view_rounded(CAST(t AS DOUBLE) + side * 0.5 * pow(CAST(10 AS DOUBLE), -view_places(t)))""",
    """CREATE MACRO view_low_date(t) AS CASE length(t) WHEN 4 THEN t || '-01-01' WHEN 7 THEN t || '-01' ELSE t END""",
    """CREATE MACRO view_high_date(t) AS CASE length(t) WHEN 4 THEN t || '-12-31'
        WHEN 7 THEN strftime(last_day(CAST(t || '-01' AS DATE)), '%Y-%m-%d') ELSE t END""",
    r"""CREATE MACRO view_bound_time(t, seconds, digit) AS
        regexp_extract(t, '^[0-9T:-]*?[0-9]{2}:[0-9]{2}')
        || coalesce(nullif(regexp_extract(t, '^[^:]*:[0-9]{2}(:[0-9]{2})', 1), ''), seconds) || '.' || rpad(
            regexp_extract(t, '\.([0-9]+)', 1), CAST(greatest(3, length(regexp_extract(t, '\.([0-9]+)', 1))) AS INTEGER), digit)""",
    r"""CREATE MACRO view_low_moment(t) AS CASE WHEN length(t) <= 10 THEN view_low_date(t) || 'T00:00:00.000+14:00'
        ELSE view_bound_time(t, ':00', '0') || coalesce(nullif(regexp_extract(t, '(Z|[+-][0-9]{2}:[0-9]{2})$', 1), ''), '+14:00') END""",
    r"""CREATE MACRO view_high_moment(t) AS CASE WHEN length(t) <= 10 THEN view_high_date(t) || 'T23:59:59.999-12:00'
        ELSE view_bound_time(t, ':59', '9') || coalesce(nullif(regexp_extract(t, '(Z|[+-][0-9]{2}:[0-9]{2})$', 1), ''), '-12:00') END""",
    "CREATE MACRO view_low_time(t) AS view_bound_time(t, ':00', '0')",
    "CREATE MACRO view_high_time(t) AS view_bound_time(t, ':59', '9')",
)
"""The macros, in the order in which they need each other."""
