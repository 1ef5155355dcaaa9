"""What PayPal lists: transactions in a range of dates, and disputes."""

from collections.abc import Mapping

from . import paypal_money as money
from . import paypal_objects as write
from . import paypal_params as params
from .paypal_errors import refused
from .paypal_flow import Desk
from .paypal_objects import CAPTURE, DISPUTE, ORDER, REFUND
from .store import Json

LONGEST_RANGE = 31 * 24 * 60 * 60
MOST_TRANSACTIONS = 10_000
MOST_DISPUTES = 1_000
PAYMENT, REFUNDED, REVERSED = "T0006", "T1107", "T1106"
STATUS = {"PENDING": "P", "DECLINED": "D", "REFUNDED": "V"}
# parameter -> the field of a transaction that it must equal
FILTERS = {
    "transaction_id": "transaction_id",
    "transaction_type": "transaction_event_code",
    "transaction_status": "transaction_status",
}

Query = Mapping[str, str]


def search_transactions(desk: Desk, query: Query) -> Json:
    """Payments, refunds and reversals between `start_date` and `end_date`, oldest first, in pages.

    Raises:
        Refusal: dates are missing, unreadable, in the wrong order or more than 31 days apart; or the page is.
    """
    for name in ("start_date", "end_date"):
        if name not in query:
            raise refused("MISSING_REQUIRED_PARAMETER", name, location="query")
    first, last = (params.instant(name, query[name]) for name in ("start_date", "end_date"))
    if not 0 <= last - first <= LONGEST_RANGE:
        raise refused("INVALID_PARAMETER_VALUE", "end_date", query["end_date"], location="query")
    size, page = _number(query, "page_size", 100, 500), _number(query, "page", 1, 2**31)
    found = [info for info in _transactions(desk, first, last) if _wanted(info, query)]
    shown = found[(page - 1) * size : page * size]
    here = f"{desk.api}/v1/reporting/transactions"
    return {
        "transaction_details": [{"transaction_info": info} for info in shown],
        "account_number": write.PAYEE["merchant_id"],
        "start_date": write.iso(first),
        "end_date": write.iso(last),
        "last_refreshed_datetime": write.iso(desk.now),
        "page": page,
        "total_items": len(found),
        "total_pages": -(-len(found) // size),
        "links": [{"href": here, "rel": "self", "method": "GET"}],
    }


def list_disputes(desk: Desk, query: Query) -> Json:
    """Disputes, newest first, in pages; optionally of one transaction, in some states, or last changed in a range.

    Raises:
        Refusal: a parameter cannot be read.
    """
    transaction, states = query.get("disputed_transaction_id"), query.get("dispute_state")
    after = params.instant("update_time_after", query["update_time_after"]) if "update_time_after" in query else 0
    before = (
        params.instant("update_time_before", query["update_time_before"]) if "update_time_before" in query else 2**40
    )
    began = params.instant("start_time", query["start_time"]) if "start_time" in query else 0
    size, skip = _number(query, "page_size", 10, 50), _number(query, "next_page_token", 0, 2**31, least=0)
    found = [
        record
        for record in desk.tx.list_objects(DISPUTE, parent=transaction, limit=MOST_DISPUTES)
        if after <= record["updated"] <= before
        and record["created"] >= began
        and (states is None or write.dispute_state(record) in states.split(","))
    ]
    here = f"{desk.api}/v1/customer/disputes"
    links = [{"href": here, "rel": "self", "method": "GET"}]
    if len(found) > skip + size:
        links.append({"href": f"{here}?page_size={size}&next_page_token={skip + size}", "rel": "next", "method": "GET"})
    items = [write.dispute_summary(record, desk.api) for record in found[skip : skip + size]]
    # A list without entries is left out: the specification has no empty ones.
    return {"items": items, "links": links} if items else {"links": links}


def _transactions(desk: Desk, first: int, last: int) -> list[Json]:
    def within(kind: str) -> list[Json]:
        return desk.tx.list_objects(kind, created=(first, last), limit=MOST_TRANSACTIONS)[::-1]

    found = [(record["created"], _payment(desk, record)) for record in within(CAPTURE)]
    found += [(record["created"], _given_back(record)) for record in within(REFUND)]
    return [info for _, info in sorted(found, key=lambda pair: pair[0])]


def _payment(desk: Desk, record: Json) -> Json:
    order = desk.tx.find_object(ORDER, record["order"])
    assert order is not None
    info = _transaction(record, PAYMENT, record["minor"], STATUS.get(record["status"], "S"))
    info["paypal_account_id"] = order["payer_id"]
    if record["fee"] is not None:
        info["fee_amount"] = money.amount(-record["fee"], record["currency"])
    return info


def _given_back(record: Json) -> Json:
    info = _transaction(record, REVERSED if record["reversal"] else REFUNDED, -record["minor"], "S")
    return info | {"paypal_reference_id": record["capture"], "paypal_reference_id_type": "TXN"}


def _transaction(record: Json, code: str, minor: int, status: str) -> Json:
    info = {
        "transaction_id": record["id"],
        "transaction_event_code": code,
        "transaction_initiation_date": write.iso(record["created"]),
        "transaction_updated_date": write.iso(record["updated"]),
        "transaction_amount": money.amount(minor, record["currency"]),
        "transaction_status": status,
        "protection_eligibility": "01",
    }
    if record["invoice_id"]:
        info["invoice_id"] = record["invoice_id"]
    if record["custom_id"]:
        info["custom_field"] = record["custom_id"]
    return info


def _wanted(info: Json, query: Query) -> bool:
    currency = query.get("transaction_currency")
    return all(info[field] == query[name] for name, field in FILTERS.items() if name in query) and (
        currency is None or info["transaction_amount"]["currency_code"] == currency
    )


def _number(query: Query, name: str, default: int, most: int, *, least: int = 1) -> int:
    written = query.get(name, str(default))
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 11 else -1
    if not least <= number <= most:
        raise refused("INVALID_PARAMETER_VALUE", name, written, location="query")
    return number
