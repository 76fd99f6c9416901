"""What a pull has done so far, and where the last complete one ended: a file that is written whole or not at all.

DATA/pulls/DATASET/EHR.EXAMPLE-FHIR-1A2B3C4D/   state.json   EHR.EXAMPLE-FHIR_20240301T100000Z/…
"""

import hashlib
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from ingest.errors import PullFailed
from ingest.staging import sync

_VERSION: Final = 1
_STRANGE: Final = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(slots=True)
class Job:
    """An export that is not yet brought in.

    `request` is the kick-off, `status` where the server tells how far it is, `manifest` what it gave in the end; `folder` is where its
    files go, `done` which of them are there whole (place in the manifest → name), `begun` what the server said of those that are not
    (validator and encoding). `fetched` tells that all is there, attachments too.
    """

    request: str
    status: str
    manifest: dict[str, Any] = field(default_factory=dict)
    folder: str = ""
    done: dict[str, str] = field(default_factory=dict)
    begun: dict[str, list[str]] = field(default_factory=dict)
    fetched: bool = False


class State:
    """The state of the pulls of one export (server, group or patients, types) into one dataset."""

    def __init__(self, folder: Path) -> None:
        """Raises PullFailed where the file cannot be read."""
        self.folder = folder
        self.job: Job | None = None
        self.last = ""
        """The transaction time of the last complete pull; '' where there was none."""
        try:
            content = orjson.loads(self._path.read_bytes())
            if content["version"] != _VERSION:
                raise PullFailed(f"{self._path}: was written by another version; remove it, and pull without --since once")
            self.last = content["last"]
            self.job = Job(**content["job"]) if content["job"] else None
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = f"cannot be read ({type(error).__name__}); remove it, and pull without --since once"
            raise PullFailed(f"{self._path}: {reason}") from None

    def save(self) -> None:
        """Write it, so that it holds whatever happens next."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".state.{os.getpid()}.tmp")
        # Addresses of files may be signed: whoever has one may read what it names.
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(orjson.dumps({"version": _VERSION, "last": self.last, "job": asdict(self.job) if self.job else None}))
        sync(temporary)
        temporary.replace(self._path)
        sync(self.folder)

    def files(self, job: Job) -> Path:
        """The folder of a job's files."""
        return self.folder / job.folder

    def new_folder(self, base: str, moment: str) -> str:
        """A name for the folder of a job that is not taken: it is how evidence names the server and the moment."""
        stem = f"{slug(base)}_{_STRANGE.sub('', moment.replace(':', '')) or 'export'}"
        names = (stem if not number else f"{stem}-{number + 1}" for number in range(1 << 20))
        return next(name for name in names if not (self.folder / name).exists())

    @property
    def _path(self) -> Path:
        return self.folder / "state.json"


def slug(base: str) -> str:
    """The address of a server as the name of a folder: https://ehr.example:8443/fhir → ehr.example-8443-fhir."""
    parts = urlsplit(base)
    return _STRANGE.sub("-", f"{parts.netloc}{parts.path}").strip("-.")[:100].lower()


def folder_name(base: str, *about: str) -> str:
    """The name of the folder of an export: readable, and another one for another export of the server."""
    digest = hashlib.blake2b("\0".join((base, *about)).encode(), digest_size=4).hexdigest()
    return f"{slug(base)}-{digest}"
