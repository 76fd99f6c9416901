"""Parts made into files that Neptune's loader reads, under a prefix in S3 that depends on the parts' content alone.

What an interrupted run has staged is found again; a load that succeeded takes its files away.
"""

import gzip
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from typing import Literal as Choice

from graph.errors import GraphError, InvalidPart
from graph.property_graph import Quad, elements, read_quads
from graph.stores.neptune.loader_client import Aws
from graph.stores.neptune.neptune_csv import write_csv
from graph.stores.sparql.parts import QuadStream

Language = Choice["sparql", "gremlin"]
_MANIFESTS: Final = "manifests"


@dataclass(frozen=True, slots=True)
class Staged:
    """Parts as they lie in S3. `sources` are to be loaded in this order; `parts` tells by an object's URI what it was made of.

    `former`: a run that broke off had staged some of them.
    """

    sources: tuple[str, ...]
    parts: dict[str, Path]
    quads: int
    former: bool = False


class Staging:
    """A prefix of a bucket."""

    def __init__(self, aws: Aws, address: str, language: Language) -> None:
        """`address` is s3://bucket/prefix. Raises GraphError where it is not."""
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if not address.startswith("s3://") or not bucket:
            raise GraphError(f"staging: {address!r} is no place in S3; give s3://bucket/prefix")
        self._aws, self._language = aws, language
        self._bucket, self._prefix = bucket, prefix.strip("/")

    def stage(self, parts: Sequence[Path]) -> Staged:
        """Put parts into S3, but those that lie there. Raises InvalidPart, and UnsupportedCapability for what CSV cannot hold."""
        digests = [_digest(part) for part in parts]
        load = hashlib.blake2b("".join(digests).encode(), digest_size=16).hexdigest()
        folders = ("nquads",) if self._language == "sparql" else ("vertices", "edges")
        quads = 0
        made: dict[str, Path] = {}
        used: set[str] = set()
        former = False
        for part, digest in zip(parts, digests, strict=True):
            manifest = self._manifest(f"{self._base(load)}{_MANIFESTS}/{digest}.json")
            former = former or manifest is not None
            manifest = manifest or self._put_part(part, digest, load)
            quads += int(manifest["quads"])
            for folder, names in manifest["files"].items():
                used.update([folder] if names else [])
                made.update((f"s3://{self._bucket}/{self._base(load)}{folder}/{name}", part) for name in names)
        sources = tuple(f"s3://{self._bucket}/{self._base(load)}{folder}/" for folder in folders if folder in used)
        return Staged(sources, made, quads, former)

    def discard(self, staged: Staged) -> None:
        """Take the files of a load away."""
        client = self._client()
        for base in {source.removeprefix(f"s3://{self._bucket}/").rstrip("/").rpartition("/")[0] for source in staged.sources}:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=base + "/")
            for page in self._aws.call(lambda pages=pages: list(pages)):  # type: ignore[misc]
                keys = [{"Key": entry["Key"]} for entry in page.get("Contents", ())]
                if keys:
                    self._aws.call(lambda keys=keys: client.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True}))  # type: ignore[misc]

    def check(self) -> None:
        """Whether the prefix can be listed. Raises GraphError."""
        self._aws.call(lambda: self._client().list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1))

    def _base(self, load: str) -> str:
        return f"{self._prefix}/{load}/" if self._prefix else f"{load}/"

    def _put_part(self, part: Path, digest: str, load: str) -> dict[str, Any]:
        """Write a part's files, then the manifest that vouches for them."""
        with tempfile.TemporaryDirectory(prefix="commissure-staging-") as name:
            folder = Path(name)
            files: dict[str, list[Path]]
            if self._language == "sparql":
                target = folder / f"{digest}.nq.gz"
                quads = _write_nquads(part, target)
                files = {"nquads": [target] if quads else []}
            else:
                counted = _Counted(part)
                written = write_csv(elements(counted), folder, digest)
                quads = counted.quads
                files = {"vertices": list(written.vertices), "edges": list(written.edges)}
            for place, paths in files.items():
                for path in paths:
                    key = f"{self._base(load)}{place}/{path.name}"
                    self._aws.call(lambda path=path, key=key: self._client().upload_file(str(path), self._bucket, key))  # type: ignore[misc]
        manifest = {"quads": quads, "files": {place: [path.name for path in paths] for place, paths in files.items()}}
        key, body = f"{self._base(load)}{_MANIFESTS}/{digest}.json", json.dumps(manifest).encode()
        self._aws.call(lambda: self._client().put_object(Bucket=self._bucket, Key=key, Body=body))
        return manifest

    def _manifest(self, key: str) -> dict[str, Any] | None:
        client = self._client()
        try:
            body = self._aws.call(lambda: client.get_object(Bucket=self._bucket, Key=key))["Body"].read()
        except GraphError as error:
            cause = error.__cause__
            if isinstance(cause, client.exceptions.NoSuchKey):
                return None
            raise
        manifest: dict[str, Any] = json.loads(body)
        return manifest

    def _client(self) -> Any:
        return self._aws.client("s3")


class _Counted:
    def __init__(self, part: Path) -> None:
        self.quads = 0
        self._part = part

    def __iter__(self) -> Iterator[Quad]:
        for quad in read_quads(self._part):
            self.quads += 1
            yield quad


def _write_nquads(part: Path, target: Path) -> int:
    """The quads of a part, gzipped, a line each; how many. The loader's record number is the part's line."""
    stream = QuadStream([part])
    with gzip.open(target, "wb", compresslevel=1) as file:
        file.writelines(stream())
    return stream.quads


def _digest(part: Path) -> str:
    try:
        with part.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError as error:
        raise InvalidPart(f"{part} cannot be read: {error.strerror}") from error
