"""The files for nginx, systemd, cron and Airflow, held against the programs that read them and against what the server expects of them."""

import re
import runpy
import shutil
import subprocess

import crossplane
import pytest
from click.testing import CliRunner

from commissure.cli import cli
from commissure.settings import SETTINGS

UNITS = (
    "commissure.service",
    "commissure-backup.service",
    "commissure-backup.timer",
    "commissure-watch.service",
    "commissure-watch.timer",
)


@pytest.fixture
def folder(pytestconfig):
    return pytestconfig.rootpath / "deploy"


@pytest.fixture
def servers(folder, tmp_path):
    """The server blocks of the nginx example, as nginx would have them: inside the http block of its own file."""
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"events {{}}\nhttp {{\n    include {folder / 'nginx' / 'commissure.conf'};\n}}\n")
    read = crossplane.parse(str(whole), combine=True)
    assert read["status"] == "ok", read["errors"]
    (http,) = (each for each in read["config"][0]["parsed"] if each["directive"] == "http")
    return [each["block"] for each in http["block"] if each["directive"] == "server"]


def values(block, directive):
    return [each["args"] for each in block if each["directive"] == directive]


def test_nginx_sends_everybody_to_tls_and_passes_on_what_the_server_trusts(servers):
    plain, secure = servers
    assert values(plain, "return") == [["308", "https://$host$request_uri"]]
    assert values(secure, "listen")[0] == ["443", "ssl"] and values(secure, "access_log") == [["off"]]
    (location,) = (each["block"] for each in secure if each["directive"] == "location")
    headers = dict(values(location, "proxy_set_header"))
    assert headers["X-Forwarded-For"] == "$remote_addr" and headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Host"] == headers["X-Forwarded-Host"] == "$host"
    assert {name for name, value in headers.items() if not value} == {"X-Remote-User", "X-Remote-Groups"}
    (address,) = values(location, "proxy_pass")[0]
    assert address == f"http://{_default('host')}:{_default('port')}"


def test_the_proxy_takes_no_more_than_the_server(servers):
    ((size,),) = values(servers[1], "client_max_body_size")
    assert int(size.removesuffix("m")) * 1024 * 1024 >= int(_default("max_body")) > (int(size.removesuffix("m")) - 1) * 1024 * 1024


def _default(name):
    return next(each.default for each in SETTINGS if each.name == name)


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_units(folder, unit, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for each in UNITS:
        text = (folder / "systemd" / each).read_text()
        # It looks whether programs and accounts are there.
        text = text.replace("/opt/commissure/.venv/bin/commissure", shutil.which("true") or "").replace("=commissure\n", "=root\n")
        (tmp_path / each).write_text(text)
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    ours = [line for line in found.stderr.splitlines() if "commissure" in line]
    assert not ours, found.stderr


def test_the_units_start_commands_and_settings_that_exist(folder):
    started = []
    for unit in UNITS:
        text = (folder / "systemd" / unit).read_text()
        started += re.findall(r"^ExecStart=\S+/commissure (.+)$", text, re.MULTILINE)
        for name in re.findall(r"^Environment=COMMISSURE_(\w+)=", text, re.MULTILINE):
            assert name.lower() in {each.name for each in SETTINGS}
    assert len(started) == 4
    for line in started:
        name, *options = line.split()
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0, line
        assert all(option in shown.stdout for option in options if option.startswith("-")), line


def _taken(line):
    """What the command line takes these words of a schedule for, without doing it."""
    name, *words = line.split()
    with cli.commands[name].make_context(name, words, obj={"flags": {}, "config": None}) as context:
        return context.params


def test_cron_starts_a_command_that_exists_with_settings_that_exist(folder):
    lines = [line for line in (folder / "cron" / "commissure-watch").read_text().splitlines() if line and not line.startswith("#")]
    settings = [line for line in lines if re.match(r"[A-Z_]+=", line)]
    assert {line.partition("=")[0].removeprefix("COMMISSURE_").lower() for line in settings} <= {each.name for each in SETTINGS}
    (entry,) = [line for line in lines if line not in settings]
    minute, *when, account, program = entry.split(" ", 6)
    assert 0 <= int(minute) < 60 and when == ["*"] * 4 and account == "commissure"
    given = _taken(program.split("/bin/commissure ")[1])
    assert given["once"] and given["dataset"] == "study"


def test_systemd_watches_with_what_the_command_takes(folder):
    text = (folder / "systemd" / "commissure-watch.service").read_text()
    (started,) = re.findall(r"^ExecStart=\S+/commissure (.+)$", text, re.MULTILINE)
    assert _taken(started)["once"] and "SuccessExitStatus=3" in text


def test_airflow_reads_the_dag(folder, tmp_path, monkeypatch):
    text = (folder / "airflow" / "commissure_watch.py").read_text()
    (command,) = re.findall(r'^COMMAND = "\S+/bin/commissure (.+)"$', text, re.MULTILINE)
    assert _taken(command)["once"]
    compile(text, "commissure_watch.py", "exec")
    pytest.importorskip("airflow", reason="Airflow is not installed here: the DAG is compiled, and not read by it")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    dag = runpy.run_path(str(folder / "airflow" / "commissure_watch.py"))["dag"]
    assert (dag.dag_id, dag.max_active_runs, dag.catchup) == ("commissure_watch", 1, False)
    (task,) = dag.tasks
    assert task.bash_command.startswith(f"/opt/commissure/.venv/bin/commissure {command}")
    assert {name.removeprefix("COMMISSURE_").lower() for name in task.env} <= {each.name for each in SETTINGS}


def test_the_settings_of_the_guide_exist(pytestconfig):
    guide = (pytestconfig.rootpath / "docs" / "deployment.md").read_text()
    names = set(re.findall(r"COMMISSURE_([A-Z_]+)", guide))
    assert names and {name.lower() for name in names} <= {each.name for each in SETTINGS}
