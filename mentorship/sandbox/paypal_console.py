"""The PayPal console: orders, captures and what was sent, with a button for every unpleasant thing."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import paypal_flow as flow
from . import paypal_money as money
from .controls import GONE, Controls, NoSuchButtonError, number
from .deliveries import PAYPAL
from .parts import Form, SandboxParts, posted
from .paypal_api import revoke_tokens
from .paypal_errors import Refusal
from .paypal_flow import Desk
from .paypal_objects import CAPTURE, DISPUTE, EVENT, ORDER, REFUND
from .store import Json, Tx

ORDERS_SHOWN = 20


def paypal_console_routes(parts: SandboxParts) -> list[Route]:
    """`/paypal`: newest orders and deliveries."""

    def desk(tx: Tx) -> Desk:
        return Desk(tx, parts.timestamp(), parts.paypal_url)

    controls = Controls(
        provider=PAYPAL,
        event_kind=EVENT,
        replay=lambda tx, event: flow.replay_as_new(desk(tx), event),
        describe=_describe,
        revoke=revoke_tokens,
    )

    def page(notice: str = "", status: int = 200) -> Response:
        flow.lapse(parts.store, parts.timestamp(), parts.paypal_url)
        with parts.store.read() as tx:
            orders = [_order_row(tx, order) for order in tx.list_objects(ORDER, limit=ORDERS_SHOWN)]
            shown = controls.view(tx)
        return parts.render("paypal_console.html", status=status, notice=notice, orders=orders, controls=shown)

    def show(_: Request) -> Response:
        return page()

    def act(_: Request, form: Form) -> Response:
        try:
            with parts.store.write() as tx:
                done = _act(desk(tx), form, controls)
        except Refusal as refusal:
            return page(str(refusal), refusal.status)
        except ValueError as problem:
            return page(str(problem), 400)
        except NoSuchButtonError:
            return page("This console has no such button.", 400)
        return RedirectResponse(f"{parts.base_path}/paypal", 303) if done else page(GONE, 409)

    return [Route("/paypal", show, methods=["GET"]), Route("/paypal", posted(act), methods=["POST"])]


def _act(desk: Desk, form: Form, controls: Controls) -> bool:
    """Do what a button says; False when the thing it was about has moved on.

    Raises:
        Refusal: PayPal would refuse it.
        ValueError: with a sentence for the page.
    """
    target = form.get("id", "")
    actions = {
        "refund": lambda: _refund(desk, target, form.get("amount", "").strip()),
        "complete": lambda: flow.settle(desk, target, completed=True),
        "deny": lambda: flow.settle(desk, target, completed=False),
        "reverse": lambda: flow.reverse(desk, target),
        "dispute": lambda: flow.open_dispute(desk, target),
        "review": lambda: flow.review_dispute(desk, target),
        "win": lambda: flow.close_dispute(desk, target, won=True),
        "lose": lambda: flow.close_dispute(desk, target, won=False),
        "reopen": lambda: flow.reopen_dispute(desk, target),
    }
    return actions.get(form.get("action", ""), lambda: controls.press(desk.tx, form))()


def _refund(desk: Desk, capture_id: str, typed: str) -> bool:
    taken = desk.tx.find_object(CAPTURE, capture_id)
    if taken is None:
        return False
    if not typed:
        flow.refund(desk, capture_id, {})
        return True
    minor = number(typed)
    if not minor:
        raise ValueError("Type the amount to refund in the smallest unit of the currency, such as 1250 for 12.50.")
    flow.refund(desk, capture_id, {"minor": minor, "amount": money.amount(minor, taken["currency"])})
    return True


def _describe(event: Json) -> Json:
    resource = event["resource"]
    return {
        "event_id": event["id"],
        "type": event["event_type"],
        "when": datetime.fromisoformat(event["create_time"]).timestamp(),
        "about": resource.get("id") or resource.get("dispute_id") or resource["order_id"],
    }


def _order_row(tx: Tx, order: Json) -> Json:
    amount = order["unit"]["amount"]
    taken = tx.find_object(CAPTURE, order["capture"] or "")
    disputes = tx.list_objects(DISPUTE, parent=taken["id"]) if taken else []
    refundable = taken["minor"] - taken["refunded"] if taken and taken["fee"] is not None else 0
    return {
        "order": order,
        "name": order["unit"].get("description") or "Order",
        "total": money.minor(amount["value"], amount["currency_code"]),
        "currency": amount["currency_code"],
        "capture": taken,
        "refundable": refundable,
        "disputable": bool(refundable) and all(dispute["status"] == "RESOLVED" for dispute in disputes),
        "refunds": tx.list_objects(REFUND, parent=taken["id"]) if taken else [],
        "disputes": disputes,
    }
