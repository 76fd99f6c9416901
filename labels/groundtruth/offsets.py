"""Where spans of a text lie, whether their offsets count code points, as the service's do, or UTF-16 units, as browsers' do."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from labels.groundtruth.model import Annotation, TextSpan


def in_code_points(spans: Sequence[TextSpan], words: str) -> list[TextSpan]:
    """The spans of one label in code points. They are taken for UTF-16 units where those fit the words better."""
    if max(words, default="") <= "\uffff":
        return list(spans)
    units = [from_utf16(span, words) for span in spans]
    return list(min((spans, units), key=lambda each: sum(misfits(span, words) for span in each)))


def placed(annotations: Iterable[Annotation], words: str) -> list[Annotation]:
    """The annotations of one label on a text, their spans in code points."""
    given = list(annotations)
    spans = iter(in_code_points([one.geometry for one in given if type(one.geometry) is TextSpan], words))
    return [replace(one, geometry=next(spans)) if type(one.geometry) is TextSpan else one for one in given]


def from_utf16(span: TextSpan, words: str) -> TextSpan:
    """A span of UTF-16 units in code points; one that leaves the text still does."""
    encoded = words.encode("utf-16-le", "surrogatepass")
    start, end = (len(encoded[: 2 * offset].decode("utf-16-le", "ignore")) for offset in span)
    return TextSpan(start, end) if 2 * span.end <= len(encoded) else TextSpan(start, len(words) + 1)


def misfits(span: TextSpan, words: str) -> bool:
    """Whether a span leaves the text, begins or ends with a blank, or within a word."""
    start, end = span
    if end > len(words):
        return True
    if start >= end or words[start].isspace() or words[end - 1].isspace():
        return True
    return any(0 < place < len(words) and words[place - 1].isalnum() and words[place].isalnum() for place in (start, end))
