"""What a provider can charge: in which steps a currency moves, and the smallest amount worth a payment."""

from mentorship.domain.money import paypal_unit, stripe_unit

_SMALLEST = {
    "USD": 50,
    "AED": 200,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
}


def step_of(currency: str) -> int:
    """In how many minor units a price moves, so that every provider that takes the currency charges exactly it."""
    return max(stripe_unit(currency), paypal_unit(currency))


def smallest_charge(currency: str) -> int:
    """The smallest amount in minor units that the providers take; one step where none is known."""
    return _SMALLEST.get(currency, step_of(currency))
