"""Errors of access control.

AccessError
├── AccountMissing   no such user, token or grant
├── AccountRefused   a name, password, role, area or date that cannot be taken
├── AccountsUnusable the file with the accounts cannot be read or written
├── AuditUnwritable  the audit log cannot be written
└── AuditDamaged     a line of the audit log was changed, or is missing
"""


class AccessError(Exception):
    """Base of the errors of access control."""


class AccountMissing(AccessError):
    """No such user, token or grant."""


class AccountRefused(AccessError):
    """A name, password, role, area or date that cannot be taken."""


class AccountsUnusable(AccessError):
    """The file with the accounts cannot be read or written."""


class AuditUnwritable(AccessError):
    """The audit log cannot be written."""


class AuditDamaged(AccessError):
    """A line of the audit log was changed, or is missing."""
