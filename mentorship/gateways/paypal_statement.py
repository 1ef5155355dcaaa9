"""What PayPal lists of a length of time: its reporting of transactions, and its disputes. Its SDK has neither."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.money import Money, from_paypal
from mentorship.domain.orders import RefundStatus
from mentorship.domain.statements import StatedDispute, StatedPayment, StatedRefund, Statement
from mentorship.gateways.paypal_client import PayPalClient, understood
from mentorship.gateways.ports import DisputeFacts

LONGEST_RANGE = timedelta(days=31)
OLDEST_DISPUTE = timedelta(days=179)
"""PayPal lists disputes of half a year."""

_PAGE = "500"
_DISPUTES = "50"
_PAYMENT_CODES = "T00"
_REFUND, _REVERSAL = "T1107", "T1106"
_ARRIVED = frozenset("SV")
"""Success, and V for what has been given back since."""

Json = dict[str, Any]


def read_statement(
    client: PayPalClient, read_dispute: Callable[[str], DisputeFacts], since: datetime, until: datetime
) -> Statement:
    """Every payment, refund and dispute that began in ``[since, until)``, as far as PayPal has written its report.

    A reversal counts as a refund, unless a dispute that is not won has brought it about: the dispute books that one.

    Raises:
        ProviderUnavailable: the lists could not be read.
        ProviderRefused: the keys may not read them.
    """
    payments, refunds, written = [], [], until
    disputes = list(_disputes(client, read_dispute, since, until))
    disputed = {d.payment_reference for d in disputes if d.status is not DisputeStatus.WON}
    for first, last in _ranges(since, until):
        for page in _pages(client, first, last):
            with understood():
                written = min(written, datetime.fromisoformat(page["last_refreshed_datetime"]))
                for detail in page.get("transaction_details") or []:
                    info = detail["transaction_info"]
                    code, amount = info["transaction_event_code"], _amount(info["transaction_amount"])
                    if code.startswith(_PAYMENT_CODES) and info["transaction_status"] in _ARRIVED and amount.minor > 0:
                        payments.append(_payment(info, amount))
                    elif code == _REFUND or (code == _REVERSAL and info["paypal_reference_id"] not in disputed):
                        refunds.append(_refund(info, amount))
    return Statement(
        provider="paypal",
        since=since,
        until=written,
        payments=[p for p in {p.reference: p for p in payments}.values() if since <= p.paid_at < until],
        refunds=[r for r in {r.reference: r for r in refunds}.values() if since <= r.created_at < until],
        disputes=disputes,
    )


def _ranges(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The length of time in pieces that PayPal answers; they touch, so nothing falls between two."""
    while since < until:
        yield since, min(since + LONGEST_RANGE, until)
        since += LONGEST_RANGE


def _pages(client: PayPalClient, first: datetime, last: datetime) -> Iterator[Json]:
    number, pages = 1, 1
    while number <= pages:
        query = {"start_date": _instant(first), "end_date": _instant(last), "page_size": _PAGE, "page": str(number)}
        page = client.request("GET", f"/v1/reporting/transactions?{urlencode(query | {'fields': 'transaction_info'})}")
        with understood():
            number, pages = number + 1, int(page["total_pages"])
        yield page


def _disputes(
    client: PayPalClient, read_dispute: Callable[[str], DisputeFacts], since: datetime, until: datetime
) -> Iterator[StatedDispute]:
    """The list does not say which payment a dispute is about, so each is read."""
    query = {"start_time": _instant(max(since, until - OLDEST_DISPUTE)), "page_size": _DISPUTES}
    while query:
        page = client.request("GET", f"/v1/customer/disputes?{urlencode(query)}")
        with understood():
            listed = [(d["dispute_id"], datetime.fromisoformat(d["create_time"])) for d in page.get("items") or []]
            following = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
            token = parse_qs(urlsplit(following).query).get("next_page_token")
        for reference, opened_at in listed:
            if since <= opened_at < until:
                facts = read_dispute(reference)
                yield StatedDispute(reference, facts.payment_reference, facts.amount, facts.status, opened_at)
        query = query | {"next_page_token": token[0]} if token else {}


def _payment(info: Json, amount: Money) -> StatedPayment:
    fee = info.get("fee_amount")
    return StatedPayment(
        reference=info["transaction_id"],
        checkout_reference="",
        attempt_id=_uuid(info.get("custom_field") or info.get("invoice_id")),
        amount=amount,
        fee_minor=-_amount(fee).minor if fee else None,
        paid_at=datetime.fromisoformat(info["transaction_initiation_date"]),
    )


def _refund(info: Json, amount: Money) -> StatedRefund:
    status = {"S": RefundStatus.SUCCEEDED, "P": RefundStatus.PENDING}.get(info["transaction_status"])
    return StatedRefund(
        reference=info["transaction_id"],
        payment_reference=info["paypal_reference_id"],
        amount=Money(-amount.minor, amount.currency),
        status=status or RefundStatus.FAILED,
        created_at=datetime.fromisoformat(info["transaction_initiation_date"]),
    )


def _amount(amount: Json) -> Money:
    return from_paypal(amount["value"], amount["currency_code"])


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
