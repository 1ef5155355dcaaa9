"""The sandbox's clock: time can be moved forward, and everything due on the way happens in its order."""

from datetime import timedelta

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotAllowed
from mentorship.services.context import Context
from mentorship.services.hand_out import LATE
from mentorship.services.notifications import HANDS, deliver
from mentorship.services.settling import sync_attempt
from mentorship.services.sweeps import BATCH, next_due, run_due
from mentorship.services.use_case import use_case

FARTHEST = timedelta(days=366)
MOST_STEPS = 2_000


@use_case(Access.SYSTEM)
def advance_clock(ctx: Context, *, by: timedelta) -> list[str]:
    """Move sandbox time forward, stopping at each due moment to run the sweeps; returns a line for each thing done.

    Raises:
        NotAllowed: this is not sandbox mode.
        InvalidInput: backwards, or more than a year at once.
    """
    if not ctx.site.is_sandbox:
        raise NotAllowed()
    if not timedelta(0) < by <= FARTHEST:
        raise InvalidInput("Time only moves forward, at most a year at once.")
    goal, lines = ctx.now + by, list[str]()
    for _ in range(MOST_STEPS):
        step = ctx.deps.system()
        target = next_due(step, step.now, goal)
        ctx.deps.clock.advance(target - step.now)
        at = ctx.deps.system()
        for name, count in run_due(at).items():
            lines.append(f"{at.now:%a %d %b %H:%M} UTC · {name}: {count}")
        _keep_promises(at)
        if target >= goal:
            return lines
    return [*lines, "Stopped early: too much is due. Move on to continue."]


def _keep_promises(ctx: Context) -> None:
    """Send what was just promised and close what has lapsed, while it is still this time.

    The jobs would do the same a moment later, when the sandbox's clock may be days ahead and a warning has become
    untrue. Whoever comes second finds nothing to do.
    """
    with ctx.begin(read_only=True) as uow:
        deliveries = [d.id for d in uow.notices.waiting(ctx.now + HANDS, BATCH)]
        attempts = uow.orders.attempts_to_check(ctx.now + LATE, BATCH)
        lapsed = [a.id for a in attempts if a.expires_at <= ctx.now]
    for delivery_id in deliveries:
        deliver(ctx.deps.system(), delivery_id=delivery_id)
    for attempt_id in lapsed:
        sync_attempt(ctx.deps.system(), attempt_id=attempt_id)
