"""What the path of a file tells: the job that wrote it, and which object the answers in it are for."""

import re
from pathlib import PurePosixPath
from typing import Final, NamedTuple

IN_REQUESTS: Final = "/consolidation-request/"
IN_RESPONSES: Final = "/consolidation-response/"
_ANSWERS: Final = re.compile(r"(?:(.*?)/)??(?:annotations/)?worker-response/([^/]+)/([^/]+)/(?:(.+)/)?([^/]+)")
_COPIED: Final = re.compile(r"(?:(.*?)/)??(?:(iteration-[^/]+)/)?([^/]+)/(?:([0-9a-f]{40})/)?([^/]+)")
"""The same tree without its head: frames lie in a folder named by a hash, other answers are named by their time."""
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d\D\d\d\D?\d\d\D?\d\d")
_CONSOLIDATED: Final = re.compile(r"(.*?)/annotations/consolidated-annotation/consolidation-re(?:quest|sponse)/(?:[^/]+/)?[^/]+")
_MANIFEST: Final = re.compile(r"(.*?)(?:/manifests/output)?/output\.manifest(?:\.gz)?")


class Place(NamedTuple):
    """What answers are for: the folder of the job, the iteration, the object's id, and the frame of a sequence ('' for all of it)."""

    folder: str
    iteration: str
    object: str
    frame: str = ""

    @property
    def key(self) -> "Key":
        """What tells the object from all others."""
        return Key(self.folder.rpartition("/")[2], self.object, self.frame)


class Key(NamedTuple):
    """What answers are for: the name of the job, the object's id, and the frame of a sequence ('' for all of it)."""

    job: str
    object: str
    frame: str = ""

    @property
    def item(self) -> str:
        """The id of what was answered for: of a frame with the name of its file."""
        stem = PurePosixPath(self.frame.removesuffix(".gz")).stem
        return f"{self.object}/{stem}" if stem else self.object


def place_of(address: str) -> Place | None:
    """What the answers in a file are for; None where the path does not tell."""
    path = _plain(address)
    if IN_REQUESTS in path or IN_RESPONSES in path:
        return None
    found = _ANSWERS.fullmatch(path)
    if found is None and (found := _COPIED.fullmatch(path)) is not None and not (found[4] or _TIME.match(found[5])):
        return None
    return Place(found[1] or "", found[2] or "", found[3], f"{found[4]}/{found[5]}" if found[4] else "") if found else None


def key_of(address: str) -> Key | None:
    """What the answers in a file are for; None where the path does not tell."""
    place = place_of(address)
    return place.key if place else None


def is_of_answers(address: str) -> bool:
    """Whether the path says that a file holds answers, or what was made of them."""
    path = _plain(address)
    return _ANSWERS.fullmatch(path) is not None or IN_REQUESTS in path or IN_RESPONSES in path


def job_of_consolidation(address: str) -> str:
    """The folder of the job that a consolidation request or response belongs to; '' where the path does not tell."""
    found = _CONSOLIDATED.fullmatch(address)
    return found[1] if found else ""


def job_of_manifest(address: str) -> str:
    """The folder of the job that wrote an output manifest; '' where the path does not tell."""
    found = _MANIFEST.fullmatch(address)
    return found[1] if found else ""


def _plain(address: str) -> str:
    return address.replace("\\", "/")
