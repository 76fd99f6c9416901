"""The containers, as far as they can be held against the project without an engine."""

import re
import shlex
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest
import yaml

from tests.servers.fixtures import started
from tests.servers.processes import libraries


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture
def services(root):
    return yaml.safe_load((root / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("name", ["Dockerfile", "deploy/servers.Dockerfile"])
def test_every_path_a_dockerfile_copies_exists_and_images_are_pinned(root, name):
    text = (root / name).read_text().replace("\\\n", " ")
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", text, re.M)
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", image) for image, _ in stages)
    ignored = (root / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (.+)$", text, re.M):
        words = [word for word in shlex.split(line) if not word.startswith("--")]
        if "--from=" not in line:
            for source in words[:-1]:
                assert (root / source).exists(), source
                assert not source.startswith("tests/") or f"!{source}" in ignored, source
    user = re.search(r"^USER (\S+)", text, re.M)
    assert user and user[1] != "root"
    assert "ENTRYPOINT [" in text


def test_our_image_holds_every_package(root):
    packages = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
    copied = re.findall(r"^COPY (\w+) \1$", (root / "Dockerfile").read_text(), re.M)
    assert set(copied) == set(packages)


def test_our_image_starts_our_command_and_says_how_it_is(root):
    text = (root / "Dockerfile").read_text()
    assert "HEALTHCHECK" in text and 'ENTRYPOINT ["commissure"]' in text


def test_compose_keeps_to_its_schema(root):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(root / "docker-compose.yml")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_compose_services_are_confined(root, services):
    compose = yaml.safe_load((root / "docker-compose.yml").read_text())
    for name, service in services.items():
        assert re.search(r":(\d+\.\d+\.\d+|RELEASE\.\d{4}-)", service["image"]), name
        assert service["read_only"] and service["user"] == "10001" and service["cap_drop"] == ["ALL"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        for key, value in service.get("environment", {}).items():
            assert not re.search("PASSWORD|SECRET|TOKEN", key) or value.startswith("/run/secrets/"), (name, key)
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in compose["volumes"] or source.startswith(("${", "./")), name
        for other in service.get("depends_on", {}):
            assert services[other]["healthcheck"]["test"], (name, other)
    assert {name for name, service in services.items() if "profiles" not in service} == {"web", "worker", "gremlin"}


def test_compose_runs_commands_and_settings_that_exist(services):
    from commissure.cli import cli
    from commissure.settings import SETTINGS

    ours = [service for service in services.values() if service["image"].startswith("commissure:")]
    assert len(ours) == 3
    for service in ours:
        assert service["command"][0] in cli.commands
        assert set(service["environment"]) <= {setting.variable for setting in SETTINGS}


def test_every_server_is_built_from_a_profile_that_the_tests_use(root, services):
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    profiles = {one.text for one in ElementTree.parse(root / "tests/servers/pom.xml").findall(".//m:profile/m:id", space)}
    built = {service["build"]["args"]["SERVER"] for service in services.values() if "SERVER" in service.get("build", {}).get("args", {})}
    assert built == {"gremlin-3.7.3", "janusgraph-1.1.0", "fuseki-5.6.0"}
    assert built <= profiles


@pytest.mark.parametrize("name", ["gremlin", "janusgraph"])
def test_the_configuration_of_a_server_names_only_files_that_are_there(root, services, name):
    folder = root / "deploy" / name
    assert services[name]["command"][-1] == f"/etc/graph/{name}/server.yaml"
    text = (folder / "server.yaml").read_text()
    assert yaml.safe_load(text)["port"] == 8182
    named = re.findall(rf"/etc/graph/{name}/([\w.]+)", text)
    assert len(named) == 2
    assert all((folder / file).is_file() for file in named)


@pytest.mark.parametrize(
    ("name", "server", "said"),
    [("gremlin", "gremlin-3.7.3", "Channel started at port"), ("janusgraph", "janusgraph-1.1.0", "Channel started at port")],
)
def test_a_server_starts_as_it_is_set_up(root, services, tmp_path, name, server, said):
    """The command of the compose file, with its paths and port exchanged for some of this machine."""
    lib = started(lambda: libraries(server))
    folder = tmp_path / name
    folder.mkdir()
    (tmp_path / "data").mkdir()
    for file in (root / "deploy" / name).iterdir():
        text = file.read_text().replace(f"/etc/graph/{name}", str(folder)).replace("/data", str(tmp_path / "data"))
        (folder / file.name).write_text(text.replace("port: 8182", "port: 0").replace("0.0.0.0", "127.0.0.1"))
    command = [part.replace("/lib/*", f"{lib}/*").replace("-Xmx3g", "-Xmx512m") for part in services[name]["command"]]
    command[-1] = str(folder / "server.yaml")
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(["java", *command], stdout=output, stderr=output, cwd=tmp_path)
        try:
            for _ in range(1800):
                if said in log.read_text() or process.poll() is not None:
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.1)
        finally:
            process.terminate()
            process.wait(60)
    text = log.read_text()
    assert said in text, text[-2000:]
    assert " ERROR " not in text, text[:3000]
    assert name != "gremlin" or (tmp_path / "data" / "graph.kryo").exists(), "the graph is not saved when the server ends"
