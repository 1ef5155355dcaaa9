"""A test's processes are forked from one that has imported and rehearsed everything: each starts in a moment."""

import multiprocessing
import os
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")

# The server of forks knows the environment only, not the paths that the tests were given.
_TESTS = str(Path(__file__).parents[1])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_TESTS, os.environ.get("PYTHONPATH")]))
CONTEXT.set_forkserver_preload(
    [f"support.{name}" for name in ("job_worker", "kill_journey", "booking_race", "race_process", "rehearsal")]
)
