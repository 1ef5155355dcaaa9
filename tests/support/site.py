"""The app as people meet it: the production build, served by granian, on a database of its own."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
BAKED_PORT = "59999"
"""The port that the build is made for; each site's copy gets its own in its place."""

BUILD_SECONDS = 420
START_SECONDS = 120


def build_site(folder: Path) -> Path:
    """Make the production build below ``folder``, once for all processes of a test run; returns its client folder.

    It is made beside the checkout, so that an app that runs there is not disturbed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    client = folder / ".web" / "build" / "client"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not client.exists():
            _link_sources(folder)
            _run_reflex_export(folder)
    return client


def _link_sources(folder: Path) -> None:
    for name in ("rxconfig.py", "mentorship", "assets", "reflex.lock", "alembic", "pyproject.toml"):
        with suppress(FileExistsError):
            (folder / name).symlink_to(ROOT / name)


def _run_reflex_export(folder: Path) -> None:
    # The lock of the frontend's packages is a copy: the export may rewrite it, and the checkout's stays as it is.
    (folder / "reflex.lock").unlink()
    shutil.copytree(ROOT / "reflex.lock", folder / "reflex.lock")
    environment = _environment(folder, BAKED_PORT)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the build failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


@dataclass(frozen=True)
class Site:
    """A running app."""

    url: str
    folder: Path
    log: Path


@contextmanager
def serve_site(build: Path, folder: Path, **settings: str) -> Iterator[Site]:
    """Serve a copy of the build with an empty database in ``folder``; stops it at the end.

    A setting may name the site's ``{port}``.
    """
    port = str(_free_port())
    folder.mkdir(parents=True, exist_ok=True)
    _link_sources(folder)
    _copy_build(build, folder / ".web" / "build" / "client", port)
    environment = _environment(folder, port) | {name: value.format(port=port) for name, value in settings.items()}
    environment |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "__REFLEX_SKIP_COMPILE": "true",
    }
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "asgi", "--factory"]
    command += ["mentorship.mentorship:app", "--host", "127.0.0.1", "--port", port]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_ready(f"http://localhost:{port}", server, log)
        yield Site(f"http://localhost:{port}", folder, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _environment(folder: Path, port: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REFLEX_", "STRIPE_", "PYTEST_"))}
    url = f"http://localhost:{port}"
    return kept | {"DATA_DIR": str(folder / "data"), "PORT": port, "API_URL": url, "REFLEX_API_URL": url}


def _copy_build(build: Path, target: Path, port: str) -> None:
    shutil.copytree(build, target, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    for file in target.rglob("*"):
        if file.suffix in {".js", ".json", ".html"} and BAKED_PORT in (text := file.read_text(encoding="utf-8")):
            file.write_text(text.replace(BAKED_PORT, port), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with suppress(URLError, OSError), urlopen(f"{url}/api/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the app did not start:\n{log.read_text()[-4000:]}")
