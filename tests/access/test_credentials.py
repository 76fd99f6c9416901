"""Passwords, tokens and sessions: what lets somebody in, and for how long."""

import pytest

from access import lockout
from access.credentials import IDLE, LONGEST, OVERLAP, RENEWED, Waiting
from access.errors import AccountMissing, AccountRefused
from access.roles import Rights, Role
from tests.access.conftest import PASSWORD


@pytest.fixture
def anna(control):
    control.accounts.add("anna", PASSWORD)
    control.accounts.grant("user", "anna", "reader", None)
    return control.credentials


def test_a_password_is_right_or_wrong(anna, control):
    assert anna.has_password("anna", PASSWORD, "1.2.3.4")
    assert not anna.has_password("anna", PASSWORD + "x", "1.2.3.4")
    assert not anna.has_password("nobody", PASSWORD, "1.2.3.4")
    assert not anna.has_password("anna", PASSWORD * 1000, "1.2.3.4")
    control.accounts.vouched("berta", "oidc", "issuer|2", [])
    assert not anna.has_password("berta", "nobody has this password", "1.2.3.4")
    control.accounts.set_disabled("anna", True)
    assert not anna.has_password("anna", PASSWORD, "1.2.3.4")


def test_wrong_passwords_make_wait_longer_and_longer(anna, clock):
    assert [lockout.wait_after(n) for n in (0, 4, 5, 6, 7, 40)] == [0, 0, 2, 4, 8, 900]
    for _ in range(lockout.FREE + 1):
        assert not anna.has_password("anna", "wrong", "1.2.3.4")
    with pytest.raises(Waiting):  # the right one does not help, from wherever it comes
        anna.has_password("anna", PASSWORD, "5.6.7.8")
    with pytest.raises(Waiting):  # nor another name from the same address
        anna.has_password("berta", "wrong", "1.2.3.4")
    clock.now += 2.1
    assert anna.has_password("anna", PASSWORD, "5.6.7.8")
    assert anna.has_password("anna", PASSWORD, "1.2.3.4")
    with pytest.raises(Waiting):  # the address goes on counting where one of its many names was right
        for _ in range(2):
            anna.has_password("berta", "wrong", "1.2.3.4")
    clock.now += lockout.FORGOTTEN + 1
    assert not anna.has_password("berta", "wrong", "1.2.3.4")
    assert not anna.has_password("berta", "wrong", "1.2.3.4")


def test_a_token_stands_for_its_user_as_far_as_it_is_not_limited(anna, control, clock):
    token, secret = anna.create_token("anna", ["search", "cohorts"], ["study"], 90)
    actor = control.of_token(secret)
    assert actor is not None and (actor.user, actor.via) == ("anna", f"token {token.id}")
    assert actor.rights == Rights({"study": Role.READER}) and actor.may_enter("search") and not actor.may_enter("data")
    _, free = anna.create_token("anna", (), (), 1)
    whole = control.of_token(free)
    assert whole is not None and whole.rights == Rights({}, Role.READER) and whole.may_enter("data")
    control.accounts.revoke("user", "anna", None)
    assert control.of_token(free).rights == control.of_token(secret).rights == Rights()
    assert [one.used is not None for one in anna.tokens()] == [True, True]
    clock.now += 86_400
    assert control.of_token(free) is None and control.of_token(secret) is not None
    anna.revoke_token(token.id)
    assert control.of_token(secret) is None and control.of_token("") is control.of_token("cms_\udcff") is None


def test_tokens_that_are_not_made(anna):
    with pytest.raises(AccountRefused, match="no scope 'serach'; there are search"):
        anna.create_token("anna", ["serach"], (), 1)
    with pytest.raises(AccountRefused, match="up to 366 days"):
        anna.create_token("anna", (), (), 400)
    with pytest.raises(AccountMissing, match="no user 'berta'"):
        anna.create_token("berta", (), (), 1)
    with pytest.raises(AccountMissing, match="no token 'x'"):
        anna.revoke_token("x")


def test_a_session_ends_when_nobody_uses_it_and_in_any_case(anna, control, clock):
    session = anna.begin_session("anna")
    clock.now += IDLE - 1
    assert control.of_session(session.secret) is not None
    begun = clock.now
    session = anna.begin_session("anna")
    clock.now += IDLE
    assert control.of_session(session.secret) is None
    secret, begun = anna.begin_session("anna").secret, clock.now
    while clock.now - begun < LONGEST:
        found = anna.session(secret)
        assert found is not None, clock.now - begun
        secret = found.secret or secret
        clock.now += RENEWED
    assert anna.session(secret) is None


def test_a_session_gets_another_secret_and_the_former_one_ends(anna, clock):
    first = anna.begin_session("anna")
    clock.now += RENEWED
    second = anna.session(first.secret)
    assert second is not None and second.secret not in ("", first.secret) and second.csrf == first.csrf
    again = anna.session(first.secret)
    assert again is not None and again.secret == ""  # requests under way go on, and get no third
    clock.now += OVERLAP
    assert anna.session(first.secret) is None and anna.session(second.secret) is not None
    anna.end_session(second.secret)
    assert anna.session(second.secret) is None


def test_signing_out_ends_the_former_secret_too(anna, clock):
    first = anna.begin_session("anna")
    clock.now += RENEWED
    second = anna.session(first.secret)
    assert second is not None
    anna.end_session(second.secret)
    assert anna.session(first.secret) is None


@pytest.mark.parametrize("change", [lambda a: a.set_disabled("anna", True), lambda a: a.set_password("anna", PASSWORD + "!")])
def test_sessions_end_when_the_account_is_disabled_or_its_password_changed(anna, control, change):
    session = anna.begin_session("anna")
    change(control.accounts)
    assert anna.session(session.secret) is None
