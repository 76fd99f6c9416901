"""Accounts, groups and grants, as they are kept."""

import sqlite3
import stat

import pytest

from access.control import AccessControl
from access.errors import AccountMissing, AccountRefused, AccountsUnusable
from access.roles import NOTHING, Rights, Role
from tests.access.conftest import PASSWORD


def test_an_account_sees_what_it_and_its_groups_were_granted(control):
    accounts = control.accounts
    accounts.add("anna", PASSWORD, ["cardiology", "cardiology"])
    assert accounts.user("anna").groups == ("cardiology",)
    assert accounts.rights("anna") == NOTHING
    accounts.grant("user", "anna", "counts", None)
    accounts.grant("group", "cardiology", "reader", "study")
    assert accounts.rights("anna") == Rights({"study": Role.READER}, Role.COUNTS)
    accounts.grant("group", "cardiology", "steward", "study")
    assert accounts.rights("anna").by_dataset == {"study": Role.STEWARD}
    accounts.set_groups("anna", [])
    assert accounts.rights("anna") == Rights({}, Role.COUNTS)
    accounts.revoke("user", "anna", None)
    assert accounts.rights("anna") == accounts.rights("nobody") == NOTHING


def test_a_user_called_like_a_group_has_nothing_of_it(control):
    accounts = control.accounts
    accounts.add("cardiology", PASSWORD)
    accounts.grant("group", "cardiology", "reader", None)
    assert accounts.rights("cardiology") == NOTHING


def test_a_disabled_account_has_no_rights_until_it_is_let_in_again(control):
    accounts = control.accounts
    accounts.add("anna", PASSWORD)
    accounts.grant("user", "anna", "reader", None)
    accounts.set_disabled("anna", True)
    assert accounts.rights("anna") == NOTHING
    accounts.set_disabled("anna", False)
    assert accounts.rights("anna") == Rights({}, Role.READER)


@pytest.mark.parametrize("name", ["", " ", "a b", "-x", "../x", "a\n", "x" * 101, "user <b>"])
def test_names_that_nobody_can_have(control, name):
    with pytest.raises(AccountRefused, match="cannot be called"):
        control.accounts.add(name, PASSWORD)


def test_what_is_refused_says_why(control):
    accounts = control.accounts
    with pytest.raises(AccountRefused, match="12 to 1,024 characters"):
        accounts.add("anna", "short")
    accounts.add("anna", PASSWORD)
    with pytest.raises(AccountRefused, match="'anna' is taken"):
        accounts.add("anna", PASSWORD)
    with pytest.raises(AccountRefused, match="there is no role 'god'; there are counts"):
        accounts.grant("user", "anna", "god", None)
    with pytest.raises(AccountMissing, match="no user 'berta'"):
        accounts.grant("user", "berta", "reader", None)
    with pytest.raises(AccountMissing, match="has no role for 'study'"):
        accounts.revoke("user", "anna", "study")


def test_whom_a_provider_vouches_for_is_never_a_local_account_of_that_name(control):
    accounts = control.accounts
    accounts.add("anna", PASSWORD, ["cardiology"])
    with pytest.raises(AccountRefused, match="'anna' is taken"):
        accounts.vouched("anna", "oidc", "issuer|1", ["x"])
    assert accounts.user("anna").groups == ("cardiology",)
    accounts.vouched("berta", "oidc", "issuer|2", ["x"])
    assert accounts.vouched("renamed", "oidc", "issuer|2", ["y"]) == "berta"
    assert accounts.user("berta").groups == ("y",)
    with pytest.raises(AccountRefused, match="somebody else vouches"):
        accounts.set_password("berta", PASSWORD)
    accounts.set_disabled("berta", True)
    with pytest.raises(AccountRefused, match="is disabled"):
        accounts.vouched("berta", "oidc", "issuer|2", ["y"])


def test_the_file_is_its_owners_alone_and_holds_no_secret(control):
    control.accounts.add("anna", PASSWORD)
    _, secret = control.credentials.create_token("anna", (), (), 1)
    session = control.credentials.begin_session("anna")
    path = control.database.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for kept_secret in (PASSWORD, secret, session.secret):
        assert kept_secret.encode() not in held


def test_a_file_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "disk").write_text("")
    with pytest.raises(AccountsUnusable, match="cannot be kept here"):
        AccessControl(tmp_path / "disk").accounts.users()
    control = AccessControl(tmp_path)
    control.accounts.users()
    with sqlite3.connect(control.database.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(AccountsUnusable, match="format 99"):
        AccessControl(tmp_path).accounts.users()
    (tmp_path / "other" / "access").mkdir(parents=True)
    (tmp_path / "other" / "access" / "accounts.sqlite").write_bytes(b"no database at all, but some bytes" * 100)
    with pytest.raises(AccountsUnusable, match="cannot be used"):
        AccessControl(tmp_path / "other").accounts.users()
