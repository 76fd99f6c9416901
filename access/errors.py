"""Errors of access control.

AccessError
├── AccountMissing   no such user, token or grant
├── AccountRefused   a name, password, role, area or date that cannot be taken
└── AccountsUnusable the file with the accounts cannot be read or written
"""


class AccessError(Exception):
    """Base of the errors of access control."""


class AccountMissing(AccessError):
    """No such user, token or grant."""


class AccountRefused(AccessError):
    """A name, password, role, area or date that cannot be taken."""


class AccountsUnusable(AccessError):
    """The file with the accounts cannot be read or written."""
