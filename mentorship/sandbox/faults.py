"""Faults that the console switches on: the next few calls of a provider's API go wrong in one way."""

from .store import Store, Tx

SLOW_SECONDS = 10.0
MOST_CALLS = 50
# kind -> what it is on the console
API_FAULTS = {
    "500": "answer 500",
    "429": "answer 429, too many requests",
    "502": "answer 502 with a page of HTML",
    "401": "answer 401, key refused",
    "slow": "are 10 seconds late",
    "lost": "are done, but the answer is lost",
}
# Calls of PayPal's that are no business of its API: kind -> what is called.
ELSEWHERE = {"token": "token", "certificate": "certificate"}
PAYPAL_FAULTS = API_FAULTS | {
    "token": "for an access token are refused",
    "certificate": "for the webhook certificate answer 503",
}


def faults_of(provider: str) -> dict[str, str]:
    """The faults a provider's API can have."""
    return PAYPAL_FAULTS if provider == "paypal" else API_FAULTS


def set_fault(tx: Tx, provider: str, kind: str, calls: int) -> None:
    """Let the next `calls` calls go wrong."""
    tx.set_switch(_name(provider), {"kind": kind, "left": calls})


def clear_faults(tx: Tx, provider: str) -> None:
    """Let everything go right again."""
    tx.set_switch(_name(provider), None)


def pending_fault(tx: Tx, provider: str) -> tuple[str, int] | None:
    """The fault that is switched on and how many calls it is still good for."""
    switch = tx.find_switch(_name(provider))
    return (switch["kind"], switch["left"]) if switch else None


def take_fault(store: Store, provider: str, what: str = "api") -> str | None:
    """The fault that a call of `what` (api, token or certificate) meets now, which uses it up by one."""
    with store.read() as tx:
        if _met(tx, provider, what) is None:
            return None
    with store.write() as tx:
        met = _met(tx, provider, what)
        if met is None:
            return None
        kind, left = met
        tx.set_switch(_name(provider), {"kind": kind, "left": left - 1} if left > 1 else None)
        return kind


def _met(tx: Tx, provider: str, what: str) -> tuple[str, int] | None:
    fault = pending_fault(tx, provider)
    return fault if fault and ELSEWHERE.get(fault[0], "api") == what else None


def _name(provider: str) -> str:
    return f"fault:{provider}"
