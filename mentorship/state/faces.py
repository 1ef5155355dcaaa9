"""How domain facts become the finished texts that components lay out."""

from mentorship.schemas.catalog import SeatAvailability
from mentorship.schemas.pages import Dot, SeatRow

MOST_DOTS = 24


def seat_row(seats: SeatAvailability, *, mine: bool = False) -> SeatRow:
    """A mentor's seats as dots and a sentence; the reader's own seat comes first."""
    taken = min(seats.taken, seats.total)
    dots: list[Dot] = ["taken"] * taken + ["free"] * (seats.total - taken)
    if mine and dots:
        dots[0] = "mine"
    label = f"{seats.left} of {seats.total} seats left" if seats.left else "Sold out"
    return SeatRow(tuple(dots[:MOST_DOTS]), label, sold_out=seats.left == 0)
