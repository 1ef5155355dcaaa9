"""Writes PayPal's objects as JSON, in the shape of its published specifications.

The sandbox remembers records: the facts, with instants in epoch seconds and amounts in minor units. What the API and
the webhooks show is written from them here. `api` is the address of PayPal's API, without a closing slash.
"""

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from . import paypal_money as money
from .store import Json

ORDER, CAPTURE, REFUND, DISPUTE, EVENT = (
    "paypal.order",
    "paypal.capture",
    "paypal.refund",
    "paypal.dispute",
    "paypal.event",
)
PAYEE = {"email_address": "mentors@sandbox.example", "merchant_id": "2SANDBQXSE99A"}
_LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXY"
_PAYER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(length: int = 17) -> str:
    """A fresh id such as 5O190127TN364715T."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def new_payer_id() -> str:
    """A fresh id of a buyer's account."""
    return "".join(secrets.choice(_PAYER_LETTERS) for _ in range(13))


def iso(epoch_seconds: int) -> str:
    """An instant as PayPal writes it: 2026-11-23T10:00:00Z."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order(record: Json, api: str, captures: list[Json], refunds: list[Json]) -> Json:
    """A whole order."""
    unit = {**record["unit"], "payee": PAYEE}
    if captures:
        unit["payments"] = {
            "captures": [capture(c, api) for c in captures],
            **({"refunds": [refund(r, api) for r in refunds]} if refunds else {}),
        }
    body = {
        "id": record["id"],
        "intent": "CAPTURE",
        "status": record["status"],
        "purchase_units": [unit],
        "create_time": iso(record["created"]),
        "update_time": iso(record["updated"]),
        "links": order_links(record, api),
    }
    return body | _buyer(record)


def order_summary(record: Json, api: str, captures: list[Json]) -> Json:
    """What creating or capturing an order answers unless the whole of it is asked for."""
    body = {"id": record["id"], "status": record["status"], "links": order_links(record, api)}
    if captures:
        payments = {"captures": [capture(c, api) for c in captures]}
        body["purchase_units"] = [{"reference_id": record["unit"]["reference_id"], "payments": payments}]
    return body | _buyer(record)


def order_links(record: Json, api: str) -> list[Json]:
    """Where an order is read and, as long as it is not paid, approved and captured."""
    here = f"{api}/v2/checkout/orders/{record['id']}"
    links = [_link(here, "self", "GET")]
    if record["capture"] is None:
        page = f"{api}/checkoutnow?token={record['id']}"
        links.append(_link(page, "payer-action" if record["wallet"] else "approve", "GET"))
        if not record["wallet"]:
            links.append(_link(here, "update", "PATCH"))
        if record["wallet"] is False or record["status"] == "APPROVED":
            links.append(_link(f"{here}/capture", "capture", "POST"))
    return links


def _buyer(record: Json) -> Json:
    payer_id = record["payer_id"]
    if payer_id is None:
        return {"payment_source": {"paypal": {}}} if record["wallet"] else {}
    email, name = record["email"], {"given_name": "Sandbox", "surname": "Buyer"}
    return {
        "payment_source": {
            "paypal": {
                "email_address": email,
                "account_id": payer_id,
                "account_status": "VERIFIED",
                "name": name,
                "address": {"country_code": "DE"},
            }
        },
        "payer": {"email_address": email, "payer_id": payer_id, "name": name, "address": {"country_code": "DE"}},
    }


def capture(record: Json, api: str) -> Json:
    """A capture as it stands in its order."""
    here = f"{api}/v2/payments/captures/{record['id']}"
    gross, kept = record["minor"], record["fee"]
    body: Json = {
        "id": record["id"],
        "status": record["status"],
        "amount": money.amount(gross, record["currency"]),
        "final_capture": True,
        "seller_protection": {
            "status": "ELIGIBLE",
            "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
        },
        **_references(record),
        "create_time": iso(record["created"]),
        "update_time": iso(record["updated"]),
        "links": [
            _link(here, "self", "GET"),
            _link(f"{here}/refund", "refund", "POST"),
            _link(f"{api}/v2/checkout/orders/{record['order']}", "up", "GET"),
        ],
    }
    if record["reason"]:
        body["status_details"] = {"reason": record["reason"]}
    if kept is not None:
        body["seller_receivable_breakdown"] = {
            "gross_amount": money.amount(gross, record["currency"]),
            "paypal_fee": money.amount(kept, record["currency"]),
            "net_amount": money.amount(gross - kept, record["currency"]),
        }
    return body


def whole_capture(record: Json, api: str) -> Json:
    """A capture as it is read by its id and told by webhooks."""
    related = {"related_ids": {"order_id": record["order"]}}
    return {**capture(record, api), "supplementary_data": related, "payee": PAYEE}


def refund(record: Json, api: str) -> Json:
    """A whole refund."""
    currency = record["currency"]
    body = {
        "id": record["id"],
        "status": record["status"],
        "amount": money.amount(record["minor"], currency),
        **_references(record),
        "seller_payable_breakdown": {
            "gross_amount": money.amount(record["minor"], currency),
            "paypal_fee": money.amount(0, currency),
            "net_amount": money.amount(record["minor"], currency),
            "total_refunded_amount": money.amount(record["total_refunded"], currency),
        },
        "payer": PAYEE,
        "create_time": iso(record["created"]),
        "update_time": iso(record["updated"]),
        "links": refund_links(record, api),
    }
    return body | ({"note_to_payer": record["note"]} if record["note"] else {})


def refund_summary(record: Json, api: str) -> Json:
    """What refunding answers unless the whole of it is asked for."""
    return {"id": record["id"], "status": record["status"], "links": refund_links(record, api)}


def refund_links(record: Json, api: str) -> list[Json]:
    """Where a refund and the capture it belongs to are read."""
    return [
        _link(f"{api}/v2/payments/refunds/{record['id']}", "self", "GET"),
        _link(f"{api}/v2/payments/captures/{record['capture']}", "up", "GET"),
    ]


def dispute_summary(record: Json, api: str) -> Json:
    """A dispute as it stands in the list."""
    return {
        "dispute_id": record["id"],
        "create_time": iso(record["created"]),
        "update_time": iso(record["updated"]),
        "reason": record["reason"],
        "status": record["status"],
        "dispute_state": dispute_state(record),
        "dispute_amount": money.amount(record["minor"], record["currency"]),
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL",
        "seller_response_due_date": iso(record["due"]),
        "links": [_link(f"{api}/v1/customer/disputes/{record['id']}", "self", "GET")],
    }


def dispute(record: Json, api: str, captured: Json) -> Json:
    """A whole dispute about a capture."""
    transaction: Json = {
        "seller_transaction_id": captured["id"],
        "create_time": iso(captured["created"]),
        "transaction_status": "COMPLETED",
        "gross_amount": money.amount(captured["minor"], captured["currency"]),
        "buyer": {"name": "Sandbox Buyer"},
        "seller": {"merchant_id": PAYEE["merchant_id"], "name": "Mentorship"},
    }
    if captured["custom_id"]:
        transaction["custom"] = captured["custom_id"]
    if captured["invoice_id"] and re.fullmatch(r"[A-Za-z0-9:\-|]+", captured["invoice_id"]):
        transaction["invoice_number"] = captured["invoice_id"]
    body = dispute_summary(record, api)
    del body["dispute_state"]
    body["disputed_transactions"] = [transaction]
    if record["outcome"]:
        lost = record["outcome"] == "RESOLVED_BUYER_FAVOUR"
        given_back = money.amount(record["minor"] if lost else 0, record["currency"])
        body["dispute_outcome"] = {"outcome_code": record["outcome"], "amount_refunded": given_back}
    return body


def dispute_state(record: Json) -> str:
    """Whose turn it is in a dispute."""
    states = {"UNDER_REVIEW": "UNDER_PAYPAL_REVIEW", "RESOLVED": "RESOLVED"}
    return states.get(record["status"], "REQUIRED_ACTION")


def event(kind: str, resource_type: str, resource: Json, summary: str, *, created: int, api: str) -> Json:
    """A webhook's body."""
    event_id = f"WH-{new_id()}-{new_id()}"
    here = f"{api}/v1/notifications/webhooks-events/{event_id}"
    return {
        "id": event_id,
        "event_version": "1.0",
        "create_time": iso(created),
        "resource_type": resource_type,
        "resource_version": "1.0" if resource_type == "dispute" else "2.0",
        "event_type": kind,
        "summary": summary,
        "resource": resource,
        "links": [_link(here, "self", "GET"), _link(f"{here}/resend", "resend", "POST")],
    }


def _references(record: Json) -> Json:
    return {name: record[name] for name in ("custom_id", "invoice_id") if record[name]}


def _link(href: str, rel: str, method: str) -> dict[str, Any]:
    return {"href": href, "rel": rel, "method": method}
