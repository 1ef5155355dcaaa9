"""The clock page: moves the sandbox's time forward, so that three days are over in a second."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .parts import Form, SandboxParts, posted

STEPS = {
    "10m": ("10 minutes", timedelta(minutes=10)),
    "1h": ("1 hour", timedelta(hours=1)),
    "1d": ("1 day", timedelta(days=1)),
    "72h": ("72 hours", timedelta(hours=72)),
}
LONGEST_MOVE = timedelta(days=366)


def clock_routes(parts: SandboxParts) -> list[Route]:
    """`/clock`: the time, buttons to move it, and what ran when it was moved."""

    def page(notice: str = "", status: int = 200) -> Response:
        with parts.store.read() as tx:
            moves = tx.list_clock_moves()
        return parts.render("clock.html", status=status, now=parts.now(), steps=STEPS, moves=moves, notice=notice)

    def show(_: Request) -> Response:
        return page()

    def move(_: Request, form: Form) -> Response:
        try:
            step = _step(form, parts.now())
        except ValueError as refusal:
            return page(str(refusal), 400)
        lines = parts.advance(step)
        with parts.store.write() as tx:
            tx.add_clock_move(parts.now().strftime("%a %d %b %Y, %H:%M:%S UTC"), lines)
        return RedirectResponse(f"{parts.base_path}/clock", 303)

    return [Route("/clock", show, methods=["GET"]), Route("/clock", posted(move), methods=["POST"])]


def _step(form: Form, now: datetime) -> timedelta:
    """How far to move.

    Raises:
        ValueError: with a sentence for the page.
    """
    if form.get("step") in STEPS:
        return STEPS[form["step"]][1]
    try:
        target = datetime.fromisoformat(form.get("to", "")).replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("Pick a day and a time to move to.") from None
    if target <= now:
        raise ValueError("The sandbox clock only moves forward: pick a time after the one shown.")
    if target - now > LONGEST_MOVE:
        raise ValueError("That is too far: move at most 366 days at a time.")
    return target - now
