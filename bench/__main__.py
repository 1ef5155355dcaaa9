"""``python -m bench [--quick] [ROW …]``: measure, and print one table."""

import argparse
import logging
import time
from collections.abc import Callable, Iterator

from bench import booking, dashboards, settle, slots, webhook
from bench.engines import Engines, engines
from bench.table import Line

ROWS: dict[str, Callable[..., Iterator[Line]]] = {
    "settle": settle.measure,
    "booking": booking.measure,
    "slots": slots.measure,
    "dashboards": dashboards.measure,
    "webhook": webhook.measure,
}


def _measured(rows: list[str], made: Engines, *, quick: bool) -> Iterator[Line]:
    for row in rows:
        time.monotonic()
        yield from ROWS[row](made, quick=quick)


def main() -> None:
    """Measure the rows asked for, all of them when none is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS], metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller numbers")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with engines() as made:
        list(_measured(asked.rows or list(ROWS), made, quick=asked.quick))


if __name__ == "__main__":
    main()
