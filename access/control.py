"""Everything about who may what of one data folder, in one place."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from access.accounts import Accounts
from access.audit import AuditLog
from access.credentials import Credentials
from access.database import Database
from access.errors import AccountsUnusable
from access.model import Actor, Session
from access.secrets import new_secret


class AccessControl:
    """The accounts of a data folder, what they show to be let in, and the log of what they did."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.database = Database(folder, clock)
        self.accounts = Accounts(self.database)
        self.credentials = Credentials(self.database, self.accounts)
        self.audit = AuditLog(folder, clock)

    def key(self) -> str:
        """A secret of the data folder that signs what browsers keep while they are away. Raises AccountsUnusable."""
        return self._kept("key")

    def deidentification_key(self) -> bytes:
        """The secret of the data folder that pseudonyms and shifts of dates are made with. Raises AccountsUnusable."""
        return self._kept("deidentification.key").encode()

    def _kept(self, name: str) -> str:
        path = self.database.path.with_name(name)
        with self.database.writing():  # one process makes it
            try:
                if not path.exists():
                    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                    with os.fdopen(descriptor, "w") as file:
                        file.write(new_secret())
                return path.read_text()
            except OSError as error:
                raise AccountsUnusable(f"{path}: cannot be kept here: {error.strerror}") from error

    def of_token(self, secret: str) -> Actor | None:
        """Whoever a token stands for; None where it does not hold."""
        return self.credentials.of_token(secret)

    def of_proxy(self, name: str, groups: tuple[str, ...] | None) -> Actor:
        """Whomever a trusted proxy names. Raises AccountRefused where the name is somebody else's, or the account is disabled."""
        user = self.accounts.vouched(name, "header", name, groups)
        return Actor(user, "header", self.accounts.rights(user))

    def of_provider(self, name: str, subject: str, groups: tuple[str, ...]) -> str:
        """The account of somebody for whom a provider vouches. Raises AccountRefused as of_proxy does."""
        return self.accounts.vouched(name, "oidc", subject, groups)

    def of_session(self, secret: str) -> tuple[Actor, Session] | None:
        """Whoever a browser's session belongs to; None where it has ended."""
        session = self.credentials.session(secret)
        if session is None:
            return None
        return Actor(session.user, "session", self.accounts.rights(session.user), csrf=session.csrf), session
