"""``python -m bench [--quick] [ROW …]``: measure, and print one table."""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator

from bench import booking, clicks, dashboards, settle, slots, slots_route, storefront, webhook
from bench.engines import Engines, engines
from bench.table import Line, as_text

ROWS: dict[str, Callable[..., Iterator[Line]]] = {
    "settle": settle.measure,
    "booking": booking.measure,
    "slots": slots.measure,
    "slots_route": slots_route.measure,
    "dashboards": dashboards.measure,
    "webhook": webhook.measure,
    "clicks": clicks.measure,
    "storefront": storefront.measure,
}


def _measured(rows: list[str], made: Engines, *, quick: bool) -> Iterator[Line]:
    for row in rows:
        begun = time.monotonic()
        for line in ROWS[row](made, quick=quick):
            print(as_text([line]).splitlines()[-1], file=sys.stderr, flush=True)
            yield line
        print(f"  {row}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Measure the rows asked for, all of them when none is."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS], metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller numbers")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with engines() as made:
        lines = list(_measured(asked.rows or list(ROWS), made, quick=asked.quick))
    print(as_text(lines))


if __name__ == "__main__":
    main()
