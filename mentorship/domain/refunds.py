"""Refunds: unused credits ÷ granted × paid, in minor units, rounded half up; the quote is the outcome."""

from mentorship.domain.credits import Balance
from mentorship.domain.money import Money


def quote_unused(balance: Balance, paid: Money) -> Money:
    """What giving back every available credit of a pack pays back."""
    if balance.granted == 0:
        return Money(0, paid.currency)
    return Money((2 * balance.available * paid.minor + balance.granted) // (2 * balance.granted), paid.currency)
