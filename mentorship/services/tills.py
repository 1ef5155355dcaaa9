"""Ways to pay: which provider takes an amount as it is. Nothing is rounded so that one can."""

from mentorship.domain.errors import ProviderNotOffered
from mentorship.domain.money import Money, fits
from mentorship.gateways.ports import PaymentProvider
from mentorship.schemas.prices import WaysToPay
from mentorship.services.context import Context

_NAMES = {"stripe": "Card payment", "paypal": "PayPal"}


def ways_to_pay(ctx: Context, total: Money) -> WaysToPay:
    """The providers that take an amount, and why the others of this installation do not."""
    tills = ctx.deps.providers
    refusals = {name: _refusal(till, total) for name, till in tills.items()}
    return WaysToPay([name for name in tills if not refusals[name]], " ".join(filter(None, refusals.values())))


def require_fit(till: PaymentProvider, total: Money) -> None:
    """Refuse what a provider could only take rounded. Where there is nothing to pay, there is nothing to take.

    Raises:
        ProviderNotOffered: it does not take the currency, or not this amount of it.
    """
    if refusal := _refusal(till, total):
        raise ProviderNotOffered(refusal)


def _refusal(till: PaymentProvider, total: Money) -> str:
    unit = till.unit(total.currency)
    if total.minor == 0 or fits(total, unit):
        return ""
    name = _NAMES.get(till.name, till.name)
    if unit == 0:
        return f"{name} is not possible in {total.currency}."
    return f"{name} takes multiples of {Money(unit, total.currency).decimal.normalize():f} {total.currency} only."
