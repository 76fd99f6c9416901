"""placeholder."""

from ingest.sample.model import Course

COURSES: tuple[Course, ...] = ()
