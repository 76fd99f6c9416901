"""What somebody shows to be let in: a password, a token, a session."""

from collections.abc import Collection
from typing import Final

from access import lockout, passwords, secrets
from access.accounts import Accounts
from access.database import Database, moment
from access.errors import AccountMissing, AccountRefused
from access.model import Actor, Session, Token
from access.roles import AREAS

IDLE: Final = 30 * 60.0
"""Seconds without a request after which a session ends."""
LONGEST: Final = 12 * 3600.0
"""Seconds after which it ends in any case."""
RENEWED: Final = 15 * 60.0
"""Seconds after which it gets another secret."""
OVERLAP: Final = 30.0
"""Seconds for which the former secret still holds, for requests that are under way."""
_USED: Final = 60.0
"""Seconds to which it is noted when something was last used."""
_DAY: Final = 86_400.0
LONGEST_TOKEN: Final = 366
"""Days that a token may be good for."""


class Waiting(AccountRefused):
    """Too many wrong passwords: `seconds` to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many wrong passwords; wait before the next try")
        self.seconds = seconds


class Credentials:
    """Lets in whoever shows what holds. Everything raises AccountsUnusable where the file cannot be used."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database, self._accounts = database, accounts

    # --- passwords ---

    def has_password(self, name: str, password: str, address: str) -> bool:
        """Whether this is the account's password. Wrong ones make the account, and the address they come from, wait. Raises Waiting.

        A right password takes as long as a wrong one, and one of somebody who is not there as long as one of somebody who is.
        """
        counted = (f"user {name[:100]}", f"address {address}")
        self._wait(counted)
        with self._database.reading() as connection:
            row = connection.execute("SELECT password FROM users WHERE name = ? AND NOT disabled", (name,)).fetchone()
        right = passwords.is_right(row[0] if row else None, password)
        with self._database.writing() as connection:
            if right:
                connection.execute("DELETE FROM failures WHERE who = ?", counted[:1])
                if passwords.is_weak(row[0]):
                    connection.execute("UPDATE users SET password = ? WHERE name = ?", (passwords.digest_of(password), name))
            else:
                now = self._database.clock()
                connection.execute("DELETE FROM failures WHERE latest < ?", (now - lockout.FORGOTTEN,))
                add = "INSERT INTO failures VALUES (?, 1, ?) ON CONFLICT (who) DO UPDATE SET failed = failed + 1, latest = excluded.latest"
                connection.executemany(add, [(who, now) for who in counted])
        return right

    def _wait(self, counted: tuple[str, str]) -> None:
        now = self._database.clock()
        with self._database.reading() as connection:
            for failed, latest in connection.execute("SELECT failed, latest FROM failures WHERE who IN (?, ?)", counted).fetchall():
                left = latest + lockout.wait_after(failed) - now
                if left > 0:
                    raise Waiting(left)

    # --- tokens ---

    def create_token(self, user: str, areas: Collection[str], datasets: Collection[str], days: float) -> tuple[Token, str]:
        """A token and its secret, which nobody can be told again. Raises AccountMissing, AccountRefused."""
        self._accounts.user(user)
        unknown = sorted(set(areas) - set(AREAS))
        if unknown:
            raise AccountRefused(f"there is no scope {unknown[0]!r}; there are {', '.join(AREAS)}")
        if not 0 < days <= LONGEST_TOKEN:
            raise AccountRefused(f"a token is good for up to {LONGEST_TOKEN} days")
        secret, name, now = secrets.new_token(), secrets.new_name(), self._database.clock()
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO tokens (id, user, digest, areas, datasets, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, user, secrets.digest_of(secret), " ".join(sorted(areas)), " ".join(sorted(datasets)), now, now + days * _DAY),
            )
        return next(token for token in self.tokens() if token.id == name), secret

    def tokens(self) -> tuple[Token, ...]:
        """All tokens, by user and age."""
        asked = "SELECT id, user, areas, datasets, created, expires, revoked, used FROM tokens ORDER BY user, created, id"
        with self._database.reading() as connection:
            rows = connection.execute(asked).fetchall()
        return tuple(
            Token(name, user, tuple(areas.split()), tuple(datasets.split()), moment(made), moment(ends), bool(gone), used and moment(used))
            for name, user, areas, datasets, made, ends, gone, used in rows
        )

    def revoke_token(self, name: str) -> None:
        """End a token. Raises AccountMissing."""
        with self._database.writing() as connection:
            if not connection.execute("UPDATE tokens SET revoked = 1 WHERE id = ?", (name,)).rowcount:
                raise AccountMissing(f"there is no token {name!r}; `commissure tokens list` lists them")

    def of_token(self, secret: str) -> Actor | None:
        """Whoever a token stands for, with the rights of its user as far as it is not limited; None where it does not hold."""
        now = self._database.clock()
        asked = "SELECT id, user, areas, datasets, used FROM tokens WHERE digest = ? AND NOT revoked AND expires > ?"
        with self._database.reading() as connection:
            row = connection.execute(asked, (secrets.digest_of(secret), now)).fetchone()
        if row is None:
            return None
        name, user, areas, datasets, used = row
        if used is None or now - used >= _USED:
            with self._database.writing() as connection:
                connection.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, name))
        rights = self._accounts.rights(user)
        return Actor(user, f"token {name}", rights.within(datasets.split()) if datasets else rights, tuple(areas.split()))

    # --- sessions ---

    def begin_session(self, user: str) -> Session:
        """A session of somebody who has just shown who they are, with a secret of its own. Old ones are cleared away."""
        secret, csrf, now = secrets.new_secret(), secrets.new_secret(), self._database.clock()
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE seen < ? OR begun < ? OR superseded < ?", (now - IDLE, now - LONGEST, now - OVERLAP)
            )
            connection.execute(_BEGIN, (secrets.digest_of(secret), user, csrf, now, now, now))
        return Session(user, csrf, secret)

    def session(self, secret: str) -> Session | None:
        """The session of a browser that shows its secret; None where it has ended. It may come with another secret to use from now on."""
        digest, now = secrets.digest_of(secret), self._database.clock()
        asked = "SELECT user, csrf, begun, renewed, seen, superseded FROM sessions WHERE digest = ?"
        with self._database.reading() as connection:
            row = connection.execute(asked, (digest,)).fetchone()
        if row is None:
            return None
        user, csrf, begun, renewed, seen, superseded = row
        if now - seen >= IDLE or now - begun >= LONGEST or (superseded is not None and now - superseded >= OVERLAP):
            return None
        if superseded is None and now - renewed >= RENEWED:
            return self._renewed(digest, user, csrf, begun)
        if now - seen >= _USED:
            with self._database.writing() as connection:
                connection.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, digest))
        return Session(user, csrf)

    def _renewed(self, digest: str, user: str, csrf: str, begun: float) -> Session:
        secret, now = secrets.new_secret(), self._database.clock()
        with self._database.writing() as connection:
            mine = connection.execute("UPDATE sessions SET superseded = ? WHERE digest = ? AND superseded IS NULL", (now, digest)).rowcount
            if not mine:  # another request came first, and its answer carries the new secret
                return Session(user, csrf)
            connection.execute(_BEGIN, (secrets.digest_of(secret), user, csrf, begun, now, now))
        return Session(user, csrf, secret)

    def end_session(self, secret: str) -> None:
        """Sign out: the session, under whichever secret, is over."""
        with self._database.writing() as connection:
            found = "SELECT csrf FROM sessions WHERE digest = ?"
            connection.execute(f"DELETE FROM sessions WHERE csrf IN ({found})", (secrets.digest_of(secret),))  # noqa: S608 - no text of anybody


_BEGIN: Final = "INSERT INTO sessions (digest, user, csrf, begun, renewed, seen) VALUES (?, ?, ?, ?, ?, ?)"
