"""The sandbox's clock: one offset for every process, read again only when somebody has moved it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mentorship.gateways.clocks import SandboxClock


def _offset(clock: SandboxClock) -> float:
    return (clock.now() - datetime.now(UTC)).total_seconds()


def test_a_clock_that_nobody_moved_is_the_wall_clock(tmp_path: Path) -> None:
    assert abs(_offset(SandboxClock(tmp_path / "clock"))) < 1


def test_each_move_is_seen_by_every_clock_on_the_file(tmp_path: Path) -> None:
    mine, theirs = SandboxClock(tmp_path / "clock"), SandboxClock(tmp_path / "clock")
    for moves in range(1, 60):
        (mine if moves % 2 else theirs).advance(timedelta(hours=1))
        assert abs(_offset(mine) - moves * 3600) < 1
        assert abs(_offset(theirs) - moves * 3600) < 1


def test_time_is_never_moved_back(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "clock")
    clock.advance(timedelta(hours=2))
    clock.advance(timedelta(hours=-1))
    assert abs(_offset(clock) - 7200) < 1


def test_a_file_that_is_no_number_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("soon")
    assert abs(_offset(SandboxClock(tmp_path / "clock"))) < 1
