"""The Stripe console: what was sold and sent, with a button for every unpleasant thing that can happen to it."""

import re
import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import stripe_flow as flow
from .deliveries import LATE_SECONDS
from .parts import Form, SandboxParts, posted
from .store import Json, Tx
from .stripe_errors import ApiError

SESSIONS_SHOWN = 20
DELIVERIES_SHOWN = 40
GONE = "That is not possible any more: look at its state below."


def console_routes(parts: SandboxParts) -> list[Route]:
    """`/stripe`: newest sessions and deliveries."""

    def page(notice: str = "", status: int = 200) -> Response:
        flow.lapse(parts.store, parts.timestamp())
        with parts.store.read() as tx:
            sessions = [_session_row(tx, s) for s in tx.list_objects(flow.SESSION, limit=SESSIONS_SHOWN)]
            deliveries = [
                {"delivery": d, "event": tx.find_object(flow.EVENT, d.event_id), "due_in": d.next_try_at - time.time()}
                for d in tx.list_deliveries(DELIVERIES_SHOWN, flow.STRIPE)
            ]
        return parts.render("console.html", status=status, notice=notice, sessions=sessions, deliveries=deliveries)

    def show(_: Request) -> Response:
        return page()

    def act(_: Request, form: Form) -> Response:
        try:
            with parts.store.write() as tx:
                done = _act(tx, form, parts.timestamp())
        except ApiError as refusal:
            return page(refusal.message, refusal.status)
        return RedirectResponse(f"{parts.base_path}/stripe", 303) if done else page(GONE, 409)

    return [Route("/stripe", show, methods=["GET"]), Route("/stripe", posted(act), methods=["POST"])]


def _act(tx: Tx, form: Form, now: int) -> bool:
    """Do what a button says; False when the thing it was about has moved on."""
    target = form.get("id", "")
    match form.get("action"):
        case "again" | "twice" | "new" | "forge" as way:
            return _send(tx, target, way, now)
        case "hold":
            return tx.hold_delivery(_number(target), LATE_SECONDS)
        case "drop":
            return tx.drop_delivery(_number(target))
        case "refund":
            flow.refund(tx, {"payment_intent": target} | _amount(form), now)
            return True
        case "fail_refund":
            return flow.fail_refund(tx, target, now)
        case "succeed" | "fail" as result:
            return flow.settle_later(tx, target, now, succeeded=result == "succeed")
    raise ApiError("This console has no such button.")


def _send(tx: Tx, event_id: str, way: str, now: int) -> bool:
    event = tx.find_object(flow.EVENT, event_id)
    if event is None:
        return False
    match way:
        case "again":
            flow.queue_event(tx, flow.STRIPE, event_id, flow.Arrival.NORMAL)
        case "twice":
            flow.queue_event(tx, flow.STRIPE, event_id, flow.Arrival.TWICE)
        case "new":
            flow.replay_as_new(tx, event, now)
        case "forge":
            tx.queue_delivery(flow.STRIPE, event_id, damage="forged")
    return True


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _amount(form: Form) -> dict[str, int]:
    typed = form.get("amount", "").strip()
    if not typed:
        return {}
    if not _number(typed):
        raise ApiError("Type the amount to refund in the smallest unit of the currency, such as 1250 for 12.50.")
    return {"amount": _number(typed)}


def _session_row(tx: Tx, session: Json) -> Json:
    intent = tx.find_object(flow.INTENT, session["payment_intent"] or "")
    charge = tx.find_object(flow.CHARGE, intent["latest_charge"] or "") if intent else None
    lines = tx.list_objects(flow.ITEM, parent=session["id"], limit=1)
    return {
        "session": session,
        "name": lines[0]["description"],
        "running": intent is not None and intent["status"] == "processing",
        "refundable": charge["amount"] - charge["amount_refunded"] if charge and charge["paid"] else 0,
        "refunds": tx.list_objects(flow.REFUND, parent=session["payment_intent"]) if intent else [],
    }
