"""Many clients at once: threads in one process or in two, and pgbench."""

import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from support import postgres
from support.house import House

from bench.engines import THREADS, house_on

Work = Callable[[House, int], str]
"""Does the work of one number; says in a word what came of it."""

_house: list[House] = []


def _open(url: str) -> None:
    _house[:] = [house_on(url)]


def _ready() -> bool:
    time.sleep(0.5)
    return bool(_house)


def _do(work: Work, numbers: Sequence[int], threads: int) -> tuple[float, float, Counter[str]]:
    # Shares are interleaved, so that neighbouring numbers are in different hands at the same time.
    shares = [numbers[n::threads] for n in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        begun = time.monotonic()
        outcomes = list(pool.map(lambda share: Counter(work(_house[0], n) for n in share), shares))
        return begun, time.monotonic(), sum(outcomes, Counter())


class Crowd:
    """Sixteen clients of the product, in one process or spread over two."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def do(self, work: Work, numbers: Sequence[int], processes: int) -> tuple[float, Counter[str]]:
        """Seconds from the first beginning to the last end, and what came of it."""
        shares = [numbers[n::processes] for n in range(processes)]
        running = [self._pool.submit(_do, work, share, THREADS // processes) for share in shares]
        done = [future.result() for future in running]
        seconds = max(end for _, end, _ in done) - min(begun for begun, _, _ in done)
        return seconds, sum((outcomes for _, _, outcomes in done), Counter())


@contextmanager
def crowd(url: str) -> Iterator[Crowd]:
    """Two processes with the product on this database, started and waiting."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_open, initargs=(url,)) as pool:
        for future in [pool.submit(_ready) for _ in range(2)]:
            future.result()
        yield Crowd(pool)


def pgbench(url: str, script: str, *, per_client: int, clients: int = THREADS, **variables: int) -> float:
    """Transactions per second of a script, run so many times by each client."""
    parsed = make_url(url)
    program = shutil.which("pgbench") or str(postgres.programs() / "pgbench")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command: list[Any] = [
            program,
            "-n",
            "-M",
            "prepared",
            "-c",
            clients,
            "-j",
            2,
            "-t",
            per_client,
            "-f",
            file.name,
        ]
        for name, value in {**variables, "per": per_client, "i": -1}.items():
            command += ["-D", f"{name}={value}"]
        command += ["-h", parsed.query["host"], "-U", parsed.username or "postgres", parsed.database]
        run = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, cwd=Path("/"))
    found = re.search(r"tps = ([\d.]+)", run.stdout)
    wanted = f"{clients * per_client}/{clients * per_client}"
    if run.returncode or found is None or wanted not in run.stdout:
        raise RuntimeError(f"pgbench did not run:\n{run.stdout}\n{run.stderr[-3000:]}")
    return float(found[1])
