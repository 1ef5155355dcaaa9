"""Time zone data of a test's own: zones whose rules are whatever a POSIX rule says."""

import struct
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_zone(folder: Path, name: str, rule: str) -> None:
    """Compile a zone that has always followed one POSIX rule, like "CET-1" or "CET-1CEST,M3.5.0,M10.5.0/3"."""
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    block = struct.pack(">lBB", 0, 0, 0) + b"LMT\0"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header + block + header + block + f"\n{rule}\n".encode())


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Have this process use a folder's zones; those that it lacks come from the package of time zone data."""
    zoneinfo.reset_tzpath([str(folder)])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath()
        zoneinfo.ZoneInfo.clear_cache()
