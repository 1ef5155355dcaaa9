"""Lockouts: a provider that does not accept our keys is an operator's matter, so admins are told, whoever notices."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

from mentorship.domain.actors import Access
from mentorship.domain.errors import ProviderLockedOut
from mentorship.domain.notices import NoticeKind
from mentorship.gateways.ports import PaymentProvider
from mentorship.services.context import Context, Dependencies
from mentorship.services.record import record
from mentorship.services.refunds import tell_admins
from mentorship.services.use_case import use_case

log = logging.getLogger(__name__)


def watch_providers(deps: Dependencies) -> Dependencies:
    """The same dependencies; whenever one of their providers does not accept our keys, the admins hear of it."""
    watched = {name: _Watched(till, partial(_report, deps, name)) for name, till in deps.providers.items()}
    return replace(deps, providers=cast(dict[str, PaymentProvider], watched))


@use_case(Access.SYSTEM)
def report_lockout(ctx: Context, *, provider: str) -> bool:
    """Tell every admin that a provider does not accept our keys, once a day (UTC); says whether this call did."""
    day = f"{provider}:{ctx.now.date().isoformat()}"
    with ctx.begin(read_only=True) as uow:
        if uow.audit.about("provider", day):
            return False
    with ctx.begin() as uow:
        record(ctx, uow, "provider_locked_out", ("provider", day))
        tell_admins(ctx, uow, NoticeKind.PROVIDER_LOCKED_OUT, day, {"provider": provider})
    return True


class _Watched:
    """A provider, call by call. No transaction is open during a call, so the report has one of its own."""

    def __init__(self, till: PaymentProvider, tell: Callable[[], None]) -> None:
        self._till, self._tell = till, tell

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._till, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            try:
                return found(*args, **named)
            except ProviderLockedOut:
                self._tell()
                raise

        return call


def _report(deps: Dependencies, provider: str) -> None:
    try:
        report_lockout(deps.system(), provider=provider)
    except Exception:
        log.exception("the admins could not be told that %s does not accept our keys", provider)
