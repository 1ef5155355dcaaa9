"""Session reminders: each once, about the session as it is when the mail goes out, whatever happened before."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from support import postgres
from support.reminding import Reminding

from mentorship.db.bookings import Bookings
from mentorship.domain import reminders
from mentorship.services import bookings, sweeps
from mentorship.services.mails import sessions

EXAMPLES = int(os.environ.get("REMINDER_EXAMPLES", "15"))
"""More of them, each time other ones, for a long local run: ``REMINDER_EXAMPLES=1000``."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize="REMINDER_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> type[Reminding]:
    folder = tmp_path_factory.mktemp("reminding")

    def new_url() -> str:
        path = folder / "run.db"
        for leftover in folder.glob("run.db*"):
            leftover.unlink()
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return type("OnSqlite", (Reminding,), {"new_url": staticmethod(new_url)})


@pytest.fixture(scope="module")
def on_postgresql(postgres_server: str, postgres_template: str) -> Iterator[type[Reminding]]:
    names: list[str] = []

    def new_url() -> str:
        names.append(f"reminding_{uuid4().hex}")
        return postgres.create_database(postgres_server, names[-1], template=postgres_template)

    yield type("OnPostgresql", (Reminding,), {"new_url": staticmethod(new_url)})
    for name in names:
        postgres.drop_database(postgres_server, name)


def test_any_history_on_sqlite(on_sqlite: type[Reminding]) -> None:
    run_state_machine_as_test(on_sqlite, settings=_settings(EXAMPLES, steps=20))


def test_any_history_on_postgresql(on_postgresql: type[Reminding]) -> None:
    run_state_machine_as_test(on_postgresql, settings=_settings(max(3, EXAMPLES // 5), steps=15))


Patch = Callable[..., None]


def _sequence_is_ignored(patch: Patch) -> None:
    def still_on(notice: Any) -> Any:
        meeting = sessions._meeting(notice)
        return meeting if meeting and meeting.session.status == "scheduled" else None

    patch(sessions, "_unchanged", still_on)


def _cancels_are_ignored(patch: Patch) -> None:
    patch(sessions, "_unchanged", sessions._meeting)


def _bookings_leave_no_mark(patch: Patch) -> None:
    patch(bookings, "reached_lead", lambda *_: None)


def _sweeps_leave_no_mark(patch: Patch) -> None:
    """Neither on the session nor, by its key, on the notice; each alone is enough."""
    notify = sweeps.notify

    def notify_again(ctx: Any, uow: Any, person: Any, kind: Any, about: Any, data: Any) -> None:
        notify(ctx, uow, person, kind, f"{about}:{uuid4()}"[:80], data)

    def unreminded(self: Bookings, now: datetime, leads: Any, limit: int) -> Any:
        soon = self.start_times(now, now + max(leads))
        return [s for at in soon for s in self._db.query(bookings.Session).filter_by(starts_at=at, status="scheduled")]

    patch(Bookings, "unreminded", unreminded)
    patch(sweeps, "due_session_reminder", lambda starts_at, _, *more: reminders.reached_lead(starts_at, *more))
    patch(sweeps, "notify", notify_again)


def _the_loosest_comes_first(patch: Patch) -> None:
    def loosest(starts_at: datetime, leads: Any, now: datetime) -> timedelta | None:
        return max((lead for lead in leads if lead >= starts_at - now), default=None) if starts_at > now else None

    for module in (reminders, sessions):
        patch(module, "reached_lead", loosest)


def _late_mails_do_not_look_at_the_clock(patch: Patch) -> None:
    patch(sessions, "reached_lead", lambda *_: None)


def _nobody_heals(patch: Patch) -> None:
    patch(sweeps, "_heal", lambda ctx: 0)


Walk = list[tuple[Any, ...]]
PROMISED: Walk = [("books", 60), ("the_app_is_down", DAY - 16 * HOUR), ("two_processes_sweep",)]
"""The reminder of a day before is promised, and its mail has not gone out."""

FAULTS: list[tuple[Callable[[Patch], None], str, Walk]] = [
    (_sequence_is_ignored, "from before a change", [*PROMISED, ("moves", 0, 49), ("mails_go_out",)]),
    (_cancels_are_ignored, "of a canceled session", [*PROMISED, ("cancels", 0), ("mails_go_out",)]),
    (_bookings_leave_no_mark, "not the reminder that is due", [("books", 3), ("everything_runs",)]),
    (_sweeps_leave_no_mark, "reminded twice", [*PROMISED, ("everything_runs",), ("everything_runs",)]),
    (
        _the_loosest_comes_first,
        "not the reminder that is due",
        [("books", 60), ("the_app_is_down", 29 * HOUR + HOUR / 2), ("everything_runs",)],
    ),
    (
        _late_mails_do_not_look_at_the_clock,
        "not the reminder that is due",
        [*PROMISED, ("the_app_is_down", 21 * HOUR + HOUR / 2), ("mails_go_out",)],
    ),
    (
        _nobody_heals,
        "nobody was reminded",
        [*PROMISED, ("a_process_dies_with_its_jobs",), ("the_app_is_down", HOUR / 2), ("everything_runs",)],
    ),
]
NAMES = [fault.__name__.strip("_") for fault, _, _ in FAULTS]


def _go(machine: type[Reminding], walk: Walk) -> Reminding:
    run = machine()
    run.open_house()
    try:
        for rule, *arguments in walk:
            getattr(run, rule)(*arguments)
    finally:
        run.teardown()
    return run


@pytest.mark.parametrize(("fault", "complaint", "walk"), FAULTS, ids=NAMES)
def test_a_walk_is_quiet_until_its_fault_is_seeded(
    fault: Callable[[Patch], None],
    complaint: str,
    walk: Walk,
    on_sqlite: type[Reminding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _go(on_sqlite, walk)
    fault(monkeypatch.setattr)
    with pytest.raises(AssertionError, match=complaint):
        _go(on_sqlite, walk)


def _narrowed(machine: type[Reminding], walk: Walk) -> type[Reminding]:
    """The machine with the rules of a walk only, so that few examples find its fault."""
    kept = {"open_house", "teardown", "two_processes_sweep", "mails_go_out", *(rule for rule, *_ in walk)}
    rules = [name for name, value in vars(Reminding).items() if callable(value) and not name.startswith("_")]
    return type("Narrowed", (machine,), dict.fromkeys(name for name in rules if name not in kept))


@pytest.mark.parametrize(("fault", "complaint", "walk"), FAULTS[2:5:2], ids=NAMES[2:5:2])
def test_a_seeded_fault_is_found_without_a_guide(
    fault: Callable[[Patch], None],
    complaint: str,
    walk: Walk,
    on_sqlite: type[Reminding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch.setattr)
    with pytest.raises(AssertionError, match=complaint):
        run_state_machine_as_test(_narrowed(on_sqlite, walk), settings=_settings(40, steps=15))


def test_an_app_that_was_down_sends_the_tightest_reminder_alone(on_sqlite: type[Reminding]) -> None:
    run = _go(on_sqlite, [("books", 60), ("the_app_is_down", 29 * HOUR + HOUR / 2), ("everything_runs",)])
    assert [lead for *_, lead in run.told] == [HOUR, HOUR]
    run = _go(on_sqlite, [("books", 60), ("time_passes", 2 * DAY)])
    assert [lead for *_, lead in run.told] == [DAY, DAY, HOUR, HOUR, HOUR / 6, HOUR / 6]
