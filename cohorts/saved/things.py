"""Saving, finding, changing and dropping things, as far as somebody may. Everything raises SavedUnusable where the file cannot be used."""

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cohorts.linking import NamedKind
from cohorts.saved.contents import check_name, check_words, datasets_of
from cohorts.saved.database import Database, moment
from cohorts.saved.errors import SavedChanged, SavedMissing, SavedRefused
from cohorts.saved.model import Result, Saved, Version, Viewer
from cohorts.saved.references import digest, references, renamed

_VERSION: Final = "versions.version, versions.name, description, sharing, content, datasets, author, saved"
_THING: Final = f"SELECT id, kind, owner, created, {_VERSION} FROM things JOIN versions ON thing = id"  # noqa: S608 - columns of this module
_CURRENT: Final = f"{_THING} AND versions.version = things.version"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be otherwise in the next version; None stays."""

    name: str | None = None
    description: str | None = None
    sharing: str | None = None
    content: dict[str, Any] | None = None


class SavedThings:
    """The saved things of a data folder. Safe for any number of threads and processes."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(folder, clock)

    # --- finding ---

    def listed(self, viewer: Viewer, kind: str = "") -> tuple[Saved, ...]:
        """What somebody may see, by name."""
        with self.database.reading() as connection:
            rows = connection.execute(f"{_CURRENT} WHERE kind = ? OR ? = '' ORDER BY versions.name, owner", (kind, kind)).fetchall()
        return tuple(one for one in map(_saved, rows) if viewer.sees(one))

    def get(self, viewer: Viewer, id: str) -> Saved:
        """The thing of an identifier. Raises SavedMissing."""
        with self.database.reading() as connection:
            row = connection.execute(f"{_CURRENT} WHERE id = ?", (id,)).fetchone()
        saved = _saved(row) if row else None
        if saved is None or not viewer.sees(saved):
            raise SavedMissing("nothing is saved under this identifier that you may see")
        return saved

    def find(self, viewer: Viewer, name: str, kind: str = "") -> Saved:
        """The thing of a name: one's own before those of nobody before those of others, of whom `OWNER:NAME` chooses.

        Raises SavedMissing, and SavedRefused where it may be the thing of several.
        """
        owner, colon, own = name.rpartition(":")
        with self.database.reading() as connection:
            rows = connection.execute(f"{_CURRENT} WHERE versions.name = ? AND (kind = ? OR ? = '')", (own, kind, kind)).fetchall()
        found = [one for one in map(_saved, rows) if viewer.sees(one) and (not colon or one.owner == owner)]
        for whose in () if colon else (viewer.user, ""):
            found = [one for one in found if one.owner == whose] or found
        if not found:
            raise SavedMissing(f"nothing is saved under the name {name[:100]!r}; `commissure saved list` lists what is")
        if len(found) > 1:
            raise SavedRefused("name", f"{name[:100]!r} may be {' or '.join(one.full_name for one in found)}: say which")
        return found[0]

    def versions(self, viewer: Viewer, id: str) -> tuple[Version, ...]:
        """All versions of a thing, newest first; those of datasets that may not be seen are left out. Raises SavedMissing."""
        saved = self.get(viewer, id)
        with self.database.reading() as connection:
            rows = connection.execute(f"{_THING} WHERE id = ? ORDER BY versions.version DESC", (id,)).fetchall()
        whole = viewer.owns(saved)
        versions = (_version(row[4:]) for row in rows)
        return tuple(one for one in versions if whole or (one.sharing == "readers" and viewer.reads(one.datasets)))

    def named(self, viewer: Viewer, kind: NamedKind, name: str) -> Any:
        """What definitions mean by a name (cohorts.linking.Named): a definition, or the codes of a set; None where there is none."""
        try:
            saved = self.find(viewer, name, kind)
        except SavedMissing:
            return None
        return self.content(viewer, saved) if kind == "cohort" else saved.current.content["codes"]

    def content(self, viewer: Viewer, saved: Saved, version: Version | None = None) -> dict[str, Any]:
        """A content in which names mean what they mean to its owner, whoever looks."""
        content = (version or saved.current).content
        if saved.kind != "cohort" or saved.owner == viewer.user:
            return content
        with self.database.reading() as connection:
            own = {(kind, name) for kind, name in connection.execute("SELECT kind, name FROM things WHERE owner = ?", (saved.owner,))}
        return renamed(content, lambda kind, name: f"{saved.owner}:{name}" if (kind, name) in own else name)

    def users_of(self, viewer: Viewer, saved: Saved) -> tuple[Saved, ...]:
        """The cohorts, among those that somebody may see, that name a thing."""
        return tuple(
            one
            for one in self.listed(viewer, "cohort")
            for kind, name in references(self.content(viewer, one))
            if kind == saved.kind and self._is(viewer, kind, name, saved)
        )

    def _is(self, viewer: Viewer, kind: str, name: str, saved: Saved) -> bool:
        try:
            return self.find(viewer, name, kind).id == saved.id
        except (SavedMissing, SavedRefused):
            return False

    # --- saving ---

    def save(
        self,
        viewer: Viewer,
        kind: str,
        name: str,
        content: dict[str, Any],
        description: str = "",
        sharing: str = "private",
        there: Iterable[str] = (),
    ) -> Saved:
        """Save something new under a name; `there` are the datasets that its author sees. Raises SavedRefused, InvalidDefinition."""
        check_words(kind, description, sharing)
        version = Version(1, check_name(name), description, sharing, content, (), viewer.user, "")
        datasets = self._datasets(viewer, kind, version, there)
        id, now = secrets.token_hex(6), self.database.clock()
        with self.database.writing() as connection:
            try:
                connection.execute("INSERT INTO things VALUES (?, ?, ?, ?, 1, ?)", (id, kind, viewer.user, name, now))
            except sqlite3.IntegrityError:
                raise SavedRefused("name", f"{name!r} is taken; save a further version of it, or choose another name") from None
            self._insert(connection, id, version, datasets, now)
        return self.get(viewer, id)

    def change(self, viewer: Viewer, id: str, based_on: int, change: Change, there: Iterable[str] = ()) -> Saved:
        """Save a further version of a thing, of the version that somebody looked at.

        Raises SavedMissing, SavedChanged where there is a newer one, SavedRefused, InvalidDefinition.
        """
        saved = self._own(viewer, id)
        before = saved.current
        if before.number != based_on:
            raise _changed(saved, based_on)
        after = Version(
            based_on + 1,
            before.name if change.name is None else check_name(change.name),
            before.description if change.description is None else change.description,
            before.sharing if change.sharing is None else change.sharing,
            before.content if change.content is None else change.content,
            before.datasets,
            viewer.user,
            "",
        )
        check_words(saved.kind, after.description, after.sharing)
        if after.name != before.name:
            self._refuse_named(viewer, saved, "another name")
        datasets = before.datasets if change.content is None else self._datasets(viewer, saved.kind, after, there, saved)
        now = self.database.clock()
        with self.database.writing() as connection:
            try:
                changed = connection.execute(
                    "UPDATE things SET version = ?, name = ? WHERE id = ? AND version = ?", (based_on + 1, after.name, id, based_on)
                ).rowcount
            except sqlite3.IntegrityError:
                raise SavedRefused("name", f"{after.name!r} is taken; choose another name") from None
            if changed:
                self._insert(connection, id, after, datasets, now)
        made = self.get(viewer, id)
        if not changed:
            raise _changed(made, based_on)
        return made

    def drop(self, viewer: Viewer, id: str, based_on: int) -> Saved:
        """Drop a thing with all its versions. Raises SavedMissing, SavedChanged, SavedRefused where other things name it."""
        saved = self._own(viewer, id)
        self._refuse_named(viewer, saved, "no place here any more")
        with self.database.writing() as connection:
            dropped = connection.execute("DELETE FROM things WHERE id = ? AND version = ?", (id, based_on)).rowcount
        if not dropped:
            raise _changed(self.get(viewer, id), based_on)
        return saved

    def _own(self, viewer: Viewer, id: str) -> Saved:
        saved = self.get(viewer, id)
        if not viewer.owns(saved):
            raise SavedRefused("id", f"is of {saved.owner or 'nobody who signs in'}: save it under a name of your own")
        return saved

    def _refuse_named(self, viewer: Viewer, saved: Saved, wish: str) -> None:
        if users := self.users_of(viewer, saved):
            listed = ", ".join(one.name for one in users)
            raise SavedRefused("name", f"{saved.name!r} is named by {listed}: change these before it has {wish}")

    def _datasets(self, viewer: Viewer, kind: str, version: Version, there: Iterable[str], saved: Saved | None = None) -> tuple[str, ...]:
        """What a reader must be allowed to see. The new definition counts among those that it may name, so that circles are found."""
        names = {version.name, *([f"{saved.owner}:{version.name}"] if saved else [f"{viewer.user}:{version.name}"])}

        def named(what: NamedKind, name: str) -> Any:
            return version.content if kind == what == "cohort" and name in names else self.named(viewer, what, name)

        found = datasets_of(kind, version.content, named)
        return tuple(sorted(there if found is None else found))

    @staticmethod
    def _insert(connection: sqlite3.Connection, id: str, version: Version, datasets: tuple[str, ...], now: float) -> None:
        words = (version.number, version.name, version.description, version.sharing)
        values = (id, *words, json.dumps(version.content), json.dumps(datasets), version.author, now)
        connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    # --- results ---

    def digest(self, viewer: Viewer, saved: Saved) -> str:
        """What tells the present definition, with all that it names, from every other."""
        return digest(self.content(viewer, saved), lambda kind, name: self.named(viewer, kind, name))

    def keep_result(self, saved: Saved, result: Result) -> None:
        """Keep what a cohort counted, in place of what it counted before in these datasets."""
        told = (saved.id, json.dumps(sorted(result.datasets)), result.version, result.digest, result.generation, self.database.clock())
        counted = (result.subjects, result.count, result.events, json.dumps(result.frozen))
        with self.database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*told, *counted))

    def result(self, viewer: Viewer, saved: Saved) -> Result | None:
        """What a cohort counted last in datasets that somebody may see; None where it did not."""
        query = "SELECT version, digest, generation, counted, datasets, subjects, count, events, frozen FROM results WHERE thing = ?"
        with self.database.reading() as connection:
            rows = connection.execute(f"{query} ORDER BY counted DESC", (saved.id,)).fetchall()
        results = (
            Result(version, digest, generation, moment(counted), tuple(json.loads(datasets)), subjects, count, events, json.loads(frozen))
            for version, digest, generation, counted, datasets, subjects, count, events, frozen in rows
        )
        return next((one for one in results if viewer.reads(one.datasets)), None)


def _changed(saved: Saved, based_on: int) -> SavedChanged:
    now = saved.current
    return SavedChanged(
        f"{saved.name!r} is at version {now.number} of {now.saved}{f' by {now.author}' if now.author else ''}, not at {based_on}: "
        "look at it, and change that one"
    )


def _saved(row: tuple[Any, ...]) -> Saved:
    return Saved(row[0], row[1], row[2], moment(row[3]), _version(row[4:]))


def _version(row: tuple[Any, ...]) -> Version:
    number, name, description, sharing, content, datasets, author, saved = row
    return Version(number, name, description, sharing, json.loads(content), tuple(json.loads(datasets)), author, moment(saved))
