"""What a test's processes start from: those to kill are forked from one that has imported everything, in a moment."""

import multiprocessing
import os
import sys
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")

# The server of forks knows the environment only, not the paths that the tests were given.
_TESTS = str(Path(__file__).parents[1])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_TESTS, os.environ.get("PYTHONPATH")]))
CONTEXT.set_forkserver_preload(
    [f"support.{name}" for name in ("job_worker", "kill_journey", "booking_race", "race_process", "rehearsal")]
)

_BYTECODE = Path(__file__).parents[2] / ".pytest_cache" / "bytecode"


def keep_bytecode() -> None:
    """Where Python was told to write no bytecode beside the sources, have all processes of the run share it elsewhere.

    Without any, each process that serves the app compiles it for longer than it takes to start.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(_BYTECODE)
