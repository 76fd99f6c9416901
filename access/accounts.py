"""Users, groups and grants."""

import re
import sqlite3
from collections.abc import Collection, Iterable
from typing import Final

from access import passwords
from access.database import Database, moment
from access.errors import AccountMissing, AccountRefused
from access.model import Granted, Subject, User
from access.roles import ROLES, Grant, Rights, rights_of

NAME: Final = re.compile(r"[^\W_][\w.@+-]{0,99}")
"""What users and groups can be called."""
_EVERY: Final = ""
"""A grant's dataset that stands for all of them."""


class Accounts:
    """Who may use this data folder. Everything raises AccountsUnusable where the file cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, password: str, groups: Iterable[str] = ()) -> User:
        """A local account. Raises AccountRefused for a name that is taken or cannot be one, or a bad password."""
        checked(name, "user")
        digest = passwords.digest_of(password)
        with self._database.writing() as connection:
            self._insert(connection, name, "local", name, digest)
            _join(connection, name, groups)
        return self.user(name)

    def vouched(self, name: str, origin: str, subject: str, groups: Collection[str] | None) -> str:
        """The name of the account of somebody for whom a provider or a proxy vouches; it is made when they come first.

        `groups`, where they are told, replace those it has.

        Raises AccountRefused where the name belongs to somebody else, or the account is disabled.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT name, disabled FROM users WHERE origin = ? AND subject = ?", (origin, subject)).fetchone()
            held = {group for (group,) in connection.execute("SELECT member_of FROM members WHERE user = ?", row[:1])} if row else set()
        if row and row[1]:
            raise AccountRefused(f"the account {row[0]!r} is disabled")
        if row and (groups is None or set(groups) == held):
            return str(row[0])
        with self._database.writing() as connection:
            if row is None:
                self._insert(connection, checked(name, "user"), origin, subject, None)
            else:
                name = row[0]
            connection.execute("DELETE FROM members WHERE user = ?", (name,))
            _join(connection, name, groups or ())
        return name

    def _insert(self, connection: sqlite3.Connection, name: str, origin: str, subject: str, digest: str | None) -> None:
        try:
            connection.execute(
                "INSERT INTO users (name, origin, subject, password, created) VALUES (?, ?, ?, ?, ?)",
                (name, origin, subject, digest, self._database.clock()),
            )
        except sqlite3.IntegrityError:
            raise AccountRefused(f"the name {name!r} is taken by another account") from None

    def users(self) -> tuple[User, ...]:
        """All accounts, by name."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT name, origin, disabled, created FROM users ORDER BY name").fetchall()
            groups: dict[str, list[str]] = {}
            for user, group in connection.execute("SELECT user, member_of FROM members ORDER BY member_of"):
                groups.setdefault(user, []).append(group)
        return tuple(User(name, origin, tuple(groups.get(name, ())), bool(disabled), moment(made)) for name, origin, disabled, made in rows)

    def user(self, name: str) -> User:
        """One account. Raises AccountMissing."""
        found = next((user for user in self.users() if user.name == name), None)
        if found is None:
            raise AccountMissing(f"there is no user {name!r}; `commissure users list` lists them")
        return found

    def set_password(self, name: str, password: str) -> None:
        """Give a local account another password; its sessions end. Raises AccountMissing, AccountRefused."""
        if self.user(name).origin != "local":
            raise AccountRefused(f"{name!r} has no password here: somebody else vouches for them")
        digest = passwords.digest_of(password)
        with self._database.writing() as connection:
            connection.execute("UPDATE users SET password = ? WHERE name = ?", (digest, name))
            connection.execute("DELETE FROM sessions WHERE user = ?", (name,))
            connection.execute("DELETE FROM failures WHERE who = ?", (f"user {name}",))

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Shut an account out, or let it in again. Its sessions end; its tokens rest. Raises AccountMissing."""
        self.user(name)
        with self._database.writing() as connection:
            connection.execute("UPDATE users SET disabled = ? WHERE name = ?", (disabled, name))
            connection.execute("DELETE FROM sessions WHERE user = ?", (name,))

    def set_groups(self, name: str, groups: Iterable[str]) -> None:
        """Put an account into these groups alone. Raises AccountMissing, AccountRefused."""
        self.user(name)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM members WHERE user = ?", (name,))
            _join(connection, name, groups)

    def grant(self, kind: Subject, subject: str, role: str, dataset: str | None) -> None:
        """Give a role for a dataset (None: all); it takes the place of the one that was there. Raises AccountMissing, AccountRefused."""
        if role not in ROLES:
            raise AccountRefused(f"there is no role {role!r}; there are {', '.join(ROLES)}")
        if kind == "user":
            self.user(subject)
        else:
            checked(subject, "group")
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO grants VALUES (?, ?, ?, ?)", (kind, subject, dataset or _EVERY, role))

    def revoke(self, kind: Subject, subject: str, dataset: str | None) -> None:
        """Take a role for a dataset (None: the one for all of them) away. Raises AccountMissing where there is none."""
        with self._database.writing() as connection:
            where = "DELETE FROM grants WHERE kind = ? AND subject = ? AND dataset = ?"
            if not connection.execute(where, (kind, subject, dataset or _EVERY)).rowcount:
                what = f"for {dataset!r}" if dataset else "for all datasets"
                raise AccountMissing(f"the {kind} {subject!r} has no role {what}; `commissure users list` shows what is granted")

    def grants(self) -> tuple[Granted, ...]:
        """Everything that is granted, by subject and dataset."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT subject, kind, role, dataset FROM grants ORDER BY kind DESC, subject, dataset").fetchall()
        return tuple(Granted(subject, kind, role, dataset or None) for subject, kind, role, dataset in rows)

    def rights(self, user: str) -> Rights:
        """What an account and its groups were granted; nothing where it is disabled or not there."""
        with self._database.reading() as connection:
            rows = connection.execute(_RIGHTS, {"user": user}).fetchall()
        return rights_of(Grant(ROLES[role], dataset or None) for role, dataset in rows)


_RIGHTS: Final = """
SELECT role, dataset FROM grants WHERE EXISTS (SELECT 1 FROM users WHERE name = :user AND NOT disabled)
AND ((kind = 'user' AND subject = :user) OR (kind = 'group' AND subject IN (SELECT member_of FROM members WHERE user = :user)))
"""


def checked(name: str, what: str) -> str:
    """A name that can be one of a user or group. Raises AccountRefused."""
    if not NAME.fullmatch(name):
        raise AccountRefused(
            f"a {what} cannot be called {name[:100]!r}: a name begins with a letter or digit, goes on with letters, digits, . _ @ + -, "
            "and has at most 100 characters"
        )
    return name


def _join(connection: sqlite3.Connection, name: str, groups: Iterable[str]) -> None:
    rows = [(name, checked(group, "group")) for group in dict.fromkeys(groups)]
    connection.executemany("INSERT INTO members VALUES (?, ?)", rows)
