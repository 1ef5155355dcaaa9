"""The Stripe console: what was sold and sent, with a button for every unpleasant thing that can happen to it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import stripe_disputes as disputes
from . import stripe_flow as flow
from .controls import GONE, Controls, NoSuchButtonError, number
from .deliveries import STRIPE
from .parts import Form, SandboxParts, posted
from .store import Json, Tx
from .stripe_errors import ApiError

SESSIONS_SHOWN = 20


def console_routes(parts: SandboxParts) -> list[Route]:
    """`/stripe`: newest sessions and deliveries."""
    controls = Controls(
        provider=STRIPE,
        event_kind=flow.EVENT,
        replay=lambda tx, event: flow.replay_as_new(tx, event, parts.timestamp()),
        describe=_describe,
    )

    def page(notice: str = "", status: int = 200) -> Response:
        flow.lapse(parts.store, parts.timestamp())
        with parts.store.read() as tx:
            sessions = [_session_row(tx, s) for s in tx.list_objects(flow.SESSION, limit=SESSIONS_SHOWN)]
            shown = controls.view(tx)
        return parts.render("stripe_console.html", status=status, notice=notice, sessions=sessions, controls=shown)

    def show(_: Request) -> Response:
        return page()

    def act(_: Request, form: Form) -> Response:
        try:
            with parts.store.write() as tx:
                done = _act(tx, form, parts.timestamp(), controls)
        except ApiError as refusal:
            return page(refusal.message, refusal.status)
        except NoSuchButtonError:
            return page("This console has no such button.", 400)
        return RedirectResponse(f"{parts.base_path}/stripe", 303) if done else page(GONE, 409)

    return [Route("/stripe", show, methods=["GET"]), Route("/stripe", posted(act), methods=["POST"])]


def _act(tx: Tx, form: Form, now: int, controls: Controls) -> bool:
    """Do what a button says; False when the thing it was about has moved on."""
    target = form.get("id", "")
    actions = {
        "refund": lambda: bool(flow.refund(tx, {"payment_intent": target} | _amount(form), now)),
        "fail_refund": lambda: flow.fail_refund(tx, target, now),
        "succeed": lambda: flow.settle_later(tx, target, now, succeeded=True),
        "fail": lambda: flow.settle_later(tx, target, now, succeeded=False),
        "dispute": lambda: disputes.open_dispute(tx, target, now),
        "review": lambda: disputes.review_dispute(tx, target, now),
        "win": lambda: disputes.close_dispute(tx, target, now, won=True),
        "lose": lambda: disputes.close_dispute(tx, target, now, won=False),
        "reopen": lambda: disputes.reopen_dispute(tx, target, now),
    }
    return actions.get(form.get("action", ""), lambda: controls.press(tx, form))()


def _amount(form: Form) -> dict[str, int]:
    typed = form.get("amount", "").strip()
    if not typed:
        return {}
    if not number(typed):
        raise ApiError("Type the amount to refund in the smallest unit of the currency, such as 1250 for 12.50.")
    return {"amount": number(typed)}


def _describe(event: Json) -> Json:
    return {
        "event_id": event["id"],
        "type": event["type"],
        "when": event["created"],
        "about": event["data"]["object"]["id"][:18],
    }


def _session_row(tx: Tx, session: Json) -> Json:
    intent = tx.find_object(flow.INTENT, session["payment_intent"] or "")
    charge = tx.find_object(flow.CHARGE, intent["latest_charge"] or "") if intent else None
    lines = tx.list_objects(flow.ITEM, parent=session["id"], limit=1)
    disputed = tx.list_objects(flow.DISPUTE, parent=session["payment_intent"]) if intent else []
    blocked = any(dispute["status"] != "won" for dispute in disputed)
    left = charge["amount"] - charge["amount_refunded"] if charge and charge["paid"] else 0
    return {
        "session": session,
        "name": lines[0]["description"],
        "running": intent is not None and intent["status"] == "processing",
        "refundable": 0 if blocked else left,
        "disputable": bool(left) and not disputed,
        "refunds": tx.list_objects(flow.REFUND, parent=session["payment_intent"]) if intent else [],
        "disputes": disputed,
    }
