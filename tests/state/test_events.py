"""Every event handler, called over the real websocket by everybody with everything: who gets in, and what gets out."""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from support.fakes import AdjustableClock
from support.handlers import EXPECTED, PEOPLE, ROLES, Cast, handlers
from support.house import make_house
from support.running_app import RunningApp, Tab, close, open_tab, running_app, settle

from mentorship.db.engine import Database

INTERNAL = re.compile(
    r"Traceback|File \\*\"|\.py\b|sqlalchemy|sqlite|psycopg|pydantic|validation error|Exception|\bSELECT\b|"
    r"argon2|token_hash|site-packages|[a-z]Error\b",
)
ROOT_STATE = "reflex___state____state"
NOTICE = f"{ROOT_STATE}.mentorship___state___calls____notice"
AUTH = f"{ROOT_STATE}.mentorship___state___auth____auth"
HUGE = "A" * 200_000
FOREIGN_IS_NOTHING = (
    "InstructorStudents.ask_release",
    "SessionDesk.ask",
    "SessionDesk.complete",
)

ACTS_ON_NOTHING_GIVEN = (
    "AdminReconciliation.compare",
    "CalendarFeed.make",
    "CalendarFeed.remove",
    "InstructorCalendar.connect",
)
"""What it writes does not depend on anything that is sent, so there is nothing of others' to try it with."""


@pytest.fixture(scope="module")
def data_dir(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    shutil.copy(sqlite_template, folder / "mentorship.db")
    return folder


@pytest.fixture(scope="module")
def cast(data_dir: Path) -> Cast:
    house = make_house(Database(f"sqlite:///{data_dir / 'mentorship.db'}"), clock=AdjustableClock(datetime.now(UTC)))
    student, other_student, mentor, other_mentor = house.student(), house.student(), house.mentor(), house.mentor()
    house.buy_pack(student, mentor)
    house.buy_pack(other_student, other_mentor)
    booked, other_booked = house.book(student, mentor), house.book(other_student, other_mentor)
    people = {"student": student, "other_student": other_student, "mentor": mentor, "other_mentor": other_mentor}
    made = Cast(house, **people, admin=house.admin(), session_id=str(booked.id), other_session_id=str(other_booked.id))
    house.deps.database.close()
    return made


@pytest.fixture(scope="module")
def app(data_dir: Path, cast: Cast) -> Iterator[RunningApp]:
    with running_app(data_dir) as running:
        yield running


@pytest.fixture(autouse=True)
def clean_log(request: pytest.FixtureRequest, cast: Cast) -> Iterator[None]:
    """Whatever a test sends, the app logs no failure and nobody's token."""
    if "app" not in request.fixturenames:
        yield
        return
    running: RunningApp = request.getfixturevalue("app")
    start = len(running.logged())
    yield
    logged = running.logged(start)
    assert "Traceback" not in logged, logged
    assert "failed" not in logged, logged
    for kind in PEOPLE[1:]:
        assert cast.token(kind) not in logged


@pytest.fixture
def unchanged(data_dir: Path, app: RunningApp) -> Iterator[None]:
    """Nobody has written to the database meanwhile."""
    connection = sqlite3.connect(data_dir / "mentorship.db")
    before = connection.execute("PRAGMA data_version").fetchone()
    yield
    assert connection.execute("PRAGMA data_version").fetchone() == before
    connection.close()


Call = tuple[str, str, list[dict[str, Any]]]
"""Who, which handler, and with what, one time after the other."""


def try_all(app: RunningApp, cast: Cast, calls: list[Call], *, chunk: int = 40) -> list[tuple[Call, Tab]]:
    """Make every call in a tab of its own, and give back what each tab was sent."""
    names = handlers()

    async def run() -> list[tuple[Call, Tab]]:
        done = []
        for start in range(0, len(calls), chunk):
            part = calls[start : start + chunk]
            tabs = await asyncio.gather(*(open_tab(app, cast.token(kind)) for kind, _, _ in part))
            for (_, name, payloads), tab in zip(part, tabs, strict=True):
                for payload in payloads:
                    await tab.send(names[name][0], payload)
            await settle(tabs)
            await close(tabs)
            done += list(zip(part, tabs, strict=True))
        return done

    return asyncio.run(run())


def check_nothing_internal(results: list[tuple[Call, Tab]]) -> None:
    for (kind, name, _), tab in results:
        assert not (found := INTERNAL.search(tab.text())), (kind, name, found, tab.text()[:2000])


def may_call(kind: str, name: str) -> bool:
    return kind in ROLES[EXPECTED[name][0]]


def test_every_handler_says_who_may_call_it() -> None:
    ours = handlers()
    assert {name: getattr(function, "_access", None) for name, (_, function) in ours.items()} == {
        name: access for name, (access, _) in EXPECTED.items()
    }
    for name, registered in RegistrationContext.get().event_handlers.items():
        module = registered.handler.fn.__module__
        assert module.startswith(("mentorship.", "reflex.", "reflex_")), (name, module)


@pytest.mark.usefixtures("unchanged")
def test_who_gets_in(app: RunningApp, cast: Cast) -> None:
    calls = [
        (kind, name, [EXPECTED[name][1](cast.foreign(kind))])
        for name in EXPECTED
        for kind in PEOPLE
        if not may_call(kind, name)
    ]
    results = try_all(app, cast, calls)
    check_nothing_internal(results)
    for (kind, name, _), tab in results:
        told = {state for state in tab.delta() if state != ROOT_STATE}
        if kind == "visitor":
            assert told == set(), (name, tab.received)
            assert [e["payload"]["path"].partition("?")[0] for e in tab.events()] == ["/sign-in"], name
        else:
            assert told == {NOTICE}, (kind, name, tab.received)
            assert "Your account may not do this." in tab.text()


@pytest.mark.usefixtures("unchanged")
def test_what_belongs_to_somebody_else_stays_as_it_is(app: RunningApp, cast: Cast) -> None:
    calls = [
        (kind, name, [EXPECTED[name][1](cast.foreign(kind))])
        for name in EXPECTED
        for kind in PEOPLE
        if may_call(kind, name) and name not in ACTS_ON_NOTHING_GIVEN
    ]
    results = try_all(app, cast, calls)
    check_nothing_internal(results)
    for (kind, name, payload), tab in results:
        if name in FOREIGN_IS_NOTHING:
            assert "There is nothing here, or it is not yours to see." in tab.text(), (kind, name, payload)


SHAPES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "wrong types": lambda payload: {key: 5 if key == "form" else {"a": [1]} for key in payload},
    "no values": dict.fromkeys,
    "lists in forms": lambda payload: {
        key: {key_0: [1, {"a": None}] for key_0 in value} if isinstance(value, dict) else [value]
        for key, value in payload.items()
    },
    "nothing at all": lambda payload: {},
    "something more": lambda payload: payload | {"is_admin": True, "self": 1, "role": "admin"},
    "huge": lambda payload: _filled(payload, HUGE),
    "control characters": lambda payload: _filled(payload, "a\0b\x1bc\x7f"),
    "half a character": lambda payload: _filled(payload, "abc\ud800def"),
    "quotes": lambda payload: _filled(payload, "'; DROP TABLE users; -- %_\\ {{7*7}} <script>"),
}


def _filled(payload: dict[str, Any], text: str) -> dict[str, Any]:
    return {key: dict.fromkeys(value, text) if isinstance(value, dict) else text for key, value in payload.items()}


@pytest.mark.parametrize("kind", ["visitor", "student", "mentor", "admin"])
@pytest.mark.usefixtures("unchanged")
def test_arguments_that_no_page_sends(kind: str, app: RunningApp, cast: Cast) -> None:
    calls = [
        (kind, name, [shape(arguments(cast.foreign(kind))) for shape in SHAPES.values()])
        for name, (_, arguments) in EXPECTED.items()
        if name not in ACTS_ON_NOTHING_GIVEN
    ]
    check_nothing_internal(try_all(app, cast, calls))


@pytest.mark.parametrize("text", [HUGE, "a\0b", "abc\ud800def"], ids=["huge", "nul", "half a character"])
@pytest.mark.usefixtures("unchanged")
def test_a_dialog_that_is_open_takes_no_nonsense(text: str, app: RunningApp, cast: Cast) -> None:
    names = handlers()
    dialogs = [
        (("SessionDesk.ask", {"session_id": cast.session_id, "what": what}), (name, {"form": form}))
        for what, name, form in (
            ("notes", "SessionDesk.save_notes", {"notes": text}),
            ("notes", "SessionDesk.save_notes", {"notes": "", "recording_url": f"https://video.example/{text}"}),
            ("cancel", "SessionDesk.decide", {"reason": text}),
        )
    ]
    asked = ("InstructorStudents.ask_release", {"student_id": str(cast.student.id)})
    dialogs.append((asked, ("InstructorStudents.release", {"form": {"reason": text}})))

    async def run() -> list[tuple[Call, Tab]]:
        done: list[tuple[Call, Tab]] = []
        for steps in dialogs:
            tab = await open_tab(app, cast.token("mentor"))
            for name, payload in steps:
                await tab.send(names[name][0], payload)
                await settle([tab])
            await close([tab])
            done.append((("mentor", *steps[-1][:1], [steps[-1][1]]), tab))
        return done

    check_nothing_internal(results := asyncio.run(run()))
    for (_, name, form), tab in results:
        assert tab.delta()[NOTICE]["message_rx_state_"]["tone"] == "bad", (name, str(form)[:200])


def test_reflex_own_handlers_change_nothing_of_ours(app: RunningApp) -> None:
    start = len(app.logged())
    full_names = [n for n in RegistrationContext.get().event_handlers if n.endswith(".setvar") and "mentorship" in n]
    assert full_names

    async def run() -> Tab:
        tab = await open_tab(app, None)
        for name in full_names:
            await tab.send(name, {"var_name": "role", "value": "admin"})
        for key in (f"{AUTH}.role", f"{AUTH}.role_rx_state_"):
            name = f"{ROOT_STATE}.reflex___state____update_vars_internal_state.update_vars_internal"
            await tab.send(name, {"vars": {key: "admin"}})
        await tab.send(f"{ROOT_STATE}.reflex___state____on_load_internal_state.on_load_internal", {}, path="/admin")
        await settle([tab])
        tab.received.clear()
        await tab.send(f"{ROOT_STATE}.hydrate")
        await settle([tab])
        await close([tab])
        return tab

    told = asyncio.run(run()).delta()
    assert told[AUTH]["role_rx_state_"] == "visitor"
    assert "mentorship___state___admin____admin" not in str(
        {state: values for state, values in told.items() if values.get("ready_rx_state_")}
    )
    for name in full_names:
        assert f"dropped an event for the undeclared handler {name}" in app.logged(start)


@pytest.mark.parametrize("name", ["no.such.handler", "x', router_data={'cookie'", "\ud800", "A" * 5000])
def test_an_unknown_handler_is_dropped_and_no_cookie_is_logged(name: str, app: RunningApp, cast: Cast) -> None:
    start = len(app.logged())

    async def run() -> Tab:
        tab = await open_tab(app, cast.token("admin"))
        await tab.send(name, {"secret": "payload-secret"})
        await settle([tab])
        await tab.send(handlers()["Auth.load"][0])
        await settle([tab])
        await close([tab])
        return tab

    tab = asyncio.run(run())
    assert tab.delta()[AUTH]["role_rx_state_"] == "admin"
    logged = app.logged(start)
    assert "Event(name=" in logged
    assert "cookie" not in logged.replace("{'cookie'", "")
    assert "payload-secret" not in logged
    assert len(logged) < 2000
