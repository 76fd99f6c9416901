"""Labeled data as input formats: `manifest` and `responses`."""

from collections.abc import Mapping

import orjson

from ingest.format import Format
from ingest.labels.mapping import MAPPING_VERSION, mapper, state_of
from labels.groundtruth import reader
from labels.groundtruth.refs import Refs
from sources.confined import lies_within
from sources.errors import SourceDenied
from sources.files import is_splittable


def of(name: str, settings: Mapping[str, str], within: tuple[str, ...] = ()) -> Format:
    """The format of that name. Settings: `refs`, the place of files that labels name; `taxonomy`, JSON of class → broader classes.

    Raises SourceDenied where `within` is given and `refs`, perhaps told by an earlier run, lies elsewhere.
    """
    refs = Refs(settings.get("refs", ""), within)
    if refs and within and not lies_within(within, refs.place):
        raise SourceDenied("followRefs", "the files that this dataset's labels refer to lie outside the places that may be loaded from")
    taxonomy = {narrower: tuple(broader) for narrower, broader in orjson.loads(settings.get("taxonomy", "{}")).items()}
    return Format(
        name=name,
        suffixes=reader.SUFFIXES,
        version=MAPPING_VERSION,
        read=reader.read_manifests if name == "manifest" else reader.read_responses,
        map=mapper(refs, taxonomy),
        splits=lambda file: is_splittable(file) and reader.is_lines(file),
        identifiers=lambda record: reader.identifiers(record.resource),
        state=lambda record: state_of(record, refs),
        complete=name == "manifest",
        density=4,
    )
