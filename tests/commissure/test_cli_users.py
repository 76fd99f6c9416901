"""Accounts, tokens and grants by command, and a server that is not open to all by mistake."""

import json

import pytest
from click.testing import CliRunner

from commissure.cli import cli
from commissure.cli.users import _ROLES
from commissure.errors import OpenToAll, exit_code
from commissure.reach import check_reach, is_loopback
from commissure.workplace import access_control

PASSWORD = "correct horse battery\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, given=None, fails=False):
        result = CliRunner().invoke(cli, ["--data", str(tmp_path / "data"), *arguments], input=given)
        assert (result.exit_code != 0) == fails, result.output
        return result

    return run


def test_the_roles_of_the_command_are_those_there_are():
    from access.roles import ROLES

    assert tuple(ROLES) == _ROLES


def test_accounts_grants_and_tokens_from_beginning_to_end(run, tmp_path):
    assert "no accounts yet" in run("users", "list").output
    run("users", "add", "anna", "--group", "cardiology", "--password-stdin", given=PASSWORD)
    asked = run("users", "add", "berta", given=PASSWORD * 2)
    assert "Once more" in asked.output and PASSWORD.strip() not in asked.output
    run("grant", "anna", "reader", "--dataset", "study", "--dataset", "papers")
    run("grant", "cardiology", "counts", "--group", "--all")
    listed = run("users", "list").output
    assert "anna (local, in cardiology): reader of papers, reader of study" in listed
    assert "berta (local): nothing granted" in listed and "group cardiology: counts of all datasets" in listed
    told = json.loads(run("users", "list", "--json").output)
    assert [user["name"] for user in told["users"]] == ["anna", "berta"] and len(told["grants"]) == 3
    made = json.loads(run("tokens", "create", "--user", "anna", "--scope", "search,cohorts", "--dataset", "study", "--json").output)
    control = access_control({"data": str(tmp_path / "data")})
    assert control.of_token(made["secret"]).user == "anna"
    assert f"{made['id']} of anna" in run("tokens", "list").output and made["secret"] not in run("tokens", "list").output
    run("tokens", "revoke", made["id"])
    assert control.of_token(made["secret"]) is None and "revoked" in run("tokens", "list").output
    run("revoke", "anna", "--dataset", "study")
    run("users", "groups", "anna", "oncology")
    run("users", "passwd", "anna", "--password-stdin", given="another good password\n")
    assert control.credentials.has_password("anna", "another good password", "x")
    run("users", "disable", "anna")
    assert "anna (local, disabled, in oncology): reader of papers" in run("users", "list").output
    assert "may sign in again" in run("users", "disable", "anna", "--undo").output


def test_a_grant_says_for_which_datasets(run):
    run("users", "add", "anna", "--password-stdin", given=PASSWORD)
    for more in ((), ("--all", "--dataset", "x")):
        assert "--dataset NAME" in run("grant", "anna", "reader", *more, fails=True).output
    assert "no number of days" in run("tokens", "create", "--user", "anna", "--expires", "soon", fails=True).output


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_a_laptop_asks_for_no_password(host):
    assert is_loopback(host)
    check_reach({"host": host, "access": False, "open": False})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_others_reach_a_server_only_if_they_sign_in_or_somebody_said_so(host):
    with pytest.raises(OpenToAll, match="--access") as refused:
        check_reach({"host": host, "access": False, "open": False})
    assert exit_code(refused.value) == 2
    check_reach({"host": host, "access": True, "open": False})
    check_reach({"host": host, "access": False, "open": True})


def test_serve_refuses_before_it_opens_anything(run):
    refused = run("serve", "--host", "0.0.0.0", fails=True)
    assert isinstance(refused.exception, OpenToAll)
    assert isinstance(run("demo", "--host", "0.0.0.0", fails=True).exception, OpenToAll)


def test_changes_are_noted_shown_and_verified(run):
    from fhir.resources.R4B.auditevent import AuditEvent

    run("users", "add", "anna", "--password-stdin", given=PASSWORD)
    run("grant", "anna", "reader", "--all")
    run("grant", "ward", "counts", "--group", "--dataset", "study")
    shown = run("audit").output.splitlines()
    assert len(shown) == 3 and "change users add 0 user=anna" in shown[0] and "role=counts" in shown[2]
    assert PASSWORD.strip() not in run("audit", "--json").output
    events = [AuditEvent.model_validate_json(line) for line in run("audit", "--fhir").output.splitlines()]
    assert [event.action for event in events] == ["U", "U", "U"]
    found = json.loads(run("audit", "--verify", "--json").output)
    assert found["events"] == 3 and found["torn"] == []
    assert "3 events, none changed or missing" in run("audit", "--verify", "--expect", found["head"]).output
    assert "is not there any more" in str(run("audit", "--verify", "--expect", "0" * 63 + "1", fails=True).exception)
    assert run("audit", "--user", "nobody").output == ""
