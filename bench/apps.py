"""Servers to measure: the production build of the product, and what it is compared with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from support.site import build_site

from bench import ROOT

PORTS = range(8850, 8891)


@cache
def product_build(folder: Path) -> Path:
    """The product's production build; made once in a run, or taken from BENCH_BUILD."""
    return build_site(Path(os.environ.get("BENCH_BUILD", folder / "build")))


@contextmanager
def granian(target: str, folder: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """An app factory served by one worker of granian; gives its address and the process."""
    port = free_port()
    log = folder / f"granian-{port}.log"
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "asgi", "--factory", target]
    environment = {**os.environ, **settings, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(port, server, log)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def free_port() -> int:
    """A port of the bench's own range that nobody listens on."""
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("every port of the range is in use")


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise RuntimeError(f"{' '.join(map(str, server.args))} did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def blank_app(folder: Path) -> Iterator[tuple[str, int]]:
    """A plain Reflex app with one counter, built for production and served alike; gives address and process."""
    place = folder / "blank"
    port = str(free_port())
    settings = {"PORT": port, "REFLEX_API_URL": f"http://localhost:{port}", "REFLEX_USE_SYSTEM_BUN": "true"}
    settings["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if not place.exists():
        shutil.copytree(ROOT / "bench" / "blank_app", place)
    export = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    subprocess.run(export, cwd=place, env={**os.environ, **settings}, check=True, capture_output=True, timeout=400)
    settings |= SERVED
    with granian("blank.blank:app", place, **settings) as served:
        yield served


SERVED = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
}
"""What makes a Reflex app serve its own build."""
