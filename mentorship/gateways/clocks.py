"""Clocks: the real one, and the sandbox's that can be moved forward."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mentorship.domain.errors import NotAllowed


class SystemClock:
    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Real time cannot be moved.

        Raises:
            NotAllowed: always.
        """
        raise NotAllowed(f"The clock cannot be moved by {by} outside sandbox mode.")


class SandboxClock:
    """The wall clock plus an offset kept in a file, so that every process of the sandbox agrees."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int], timedelta] | None = None

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC."""
        return datetime.now(UTC) + self._offset()

    def advance(self, by: timedelta) -> None:
        """Move time forward for every process."""
        offset = self._offset() + max(by, timedelta(0))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(repr(offset.total_seconds()))
        part.replace(self._path)

    def _offset(self) -> timedelta:
        try:
            # Everything asks for the time, several times a request: the file is read only once it is another one.
            status = self._path.stat()
            version, read = (status.st_ino, status.st_mtime_ns), self._read
            if read is None or read[0] != version:
                read = self._read = version, timedelta(seconds=float(self._path.read_text()))
            return read[1]
        except (FileNotFoundError, ValueError):
            return timedelta(0)
