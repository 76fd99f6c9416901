"""Files that are items of their own: a sequence of frames, the labels of one, a page that was marked."""

from typing import Final

from labels.groundtruth import pages, sequences
from labels.groundtruth.follow import Followed
from labels.groundtruth.model import Annotation, Labeling, Line, Problem, State
from labels.groundtruth.reader import Form
from labels.groundtruth.tasks import task_of
from sources.model import SourceRecord

_TRACKING: Final = "groundtruth/video-object-tracking"
_PAGE: Final = "groundtruth/custom"
_DETECTION: Final = "groundtruth/video-object-detection"


def document_of(record: SourceRecord) -> Followed:
    """What such a file says, as if a line named it; its labels count as those of a job that is called like the file."""
    content, form, name = record.resource["content"], record.resource["form"], record.resource["name"]
    if form == Form.FRAMES:
        listed = sequences.frame_list(content)
        return Followed(Line(record.source, None), frames=len(listed.frames), problems=listed.problems)
    annotations: tuple[Annotation, ...]
    attributes: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    if form == Form.PAGE:
        page = pages.page_of(content)
        annotations, task, words, frames = page.annotations, task_of(_PAGE), page.text, 0
        attributes, problems = (("page", page.number),) if page.number else (), tuple(page.problems)
    else:
        labels = sequences.frame_labels(content, {})
        annotations, words, frames = labels.annotations, None, labels.frames
        task = task_of(_TRACKING if any(one.track for one in annotations) else _DETECTION)
        attributes, problems = labels.attributes, tuple(labels.problems)
    categories = tuple(sorted({one.category for one in annotations if one.category is not None}))
    stem = name.rpartition(".")[0] or name
    labeling = Labeling(
        attribute=stem,
        job=stem,
        task=task,
        state=State.LABELED,
        categories=categories,
        annotations=annotations,
        attributes=attributes,
        frames=frames,
    )
    return Followed(Line(record.source, None, (labeling,)), words, frames, problems)
