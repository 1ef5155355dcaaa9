"""Whatever people, providers and time do, in any order: no seat is sold twice, no credit and no money is lost."""

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from support.lifecycle import Lifecycle

EXAMPLES = int(os.environ.get("LIFECYCLE_EXAMPLES", "40"))
"""More of them, each time other ones, for a long local run: ``LIFECYCLE_EXAMPLES=2000``."""

_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def _settings(examples: int, steps: int = 30, **more: object) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize="LIFECYCLE_EXAMPLES" not in os.environ,
        suppress_health_check=_QUIET,
        **more,
    )


def test_the_whole_life_on_sqlite(sqlite_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(sqlite_machine, settings=_settings(EXAMPLES))


def test_the_whole_life_on_postgresql(postgres_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(postgres_machine, settings=_settings(max(4, EXAMPLES // 10)))
