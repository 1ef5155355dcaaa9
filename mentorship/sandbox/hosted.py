"""The hosted payment page of a checkout session."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import stripe_flow as flow
from .deliveries import Arrival
from .parts import Form, SandboxParts, posted
from .store import Json


def hosted_routes(parts: SandboxParts) -> list[Route]:
    """`/stripe/c/pay/{session_id}`: look at it, pay, be declined, pay by a delayed method, let it expire."""

    def show(request: Request) -> Response:
        session_id = request.path_params["session_id"]
        flow.lapse(parts.store, parts.timestamp())
        with parts.store.read() as tx:
            session = tx.find_object(flow.SESSION, session_id)
            if session is None:
                raise HTTPException(404, "There is no such checkout.")
            if session["status"] != "open":
                return _closed(parts, session)
            return parts.render(
                "pay.html",
                session=session,
                lines=tx.list_objects(flow.ITEM, parent=session_id),
                declined=flow.intent_of(tx, session)["last_payment_error"] is not None,
                seconds_left=session["expires_at"] - parts.timestamp(),
                arrivals=list(Arrival),
            )

    def act(request: Request, form: Form) -> Response:
        session_id, now = request.path_params["session_id"], parts.timestamp()
        try:
            arrival = Arrival(form.get("arrival", Arrival.NORMAL))
        except ValueError:
            raise HTTPException(400, "This page cannot deliver a webhook that way.") from None
        flow.lapse(parts.store, now)
        with parts.store.write() as tx:
            session = tx.find_object(flow.SESSION, session_id)
            if session is None:
                raise HTTPException(404, "There is no such checkout.")
            if session["status"] != "open":
                return _closed(parts, session)
            match form.get("action"):
                case "pay":
                    return _back_to_shop(flow.pay(tx, session, now, arrival))
                case "delayed" if session["amount_total"]:
                    return _back_to_shop(flow.pay_later(tx, session, now, arrival))
                case "decline" if session["amount_total"]:
                    flow.decline(tx, session, now)
                case "expire":
                    flow.expire(tx, session, now)
                case _:
                    raise HTTPException(400, "This page has no such button.")
        return RedirectResponse(f"{parts.base_path}/stripe/c/pay/{session_id}", 303)

    return [
        Route("/stripe/c/pay/{session_id}", show, methods=["GET"]),
        Route("/stripe/c/pay/{session_id}", posted(act), methods=["POST"]),
    ]


def return_address(session: Json) -> str:
    """Where the buyer is sent after paying."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _back_to_shop(session: Json) -> Response:
    return RedirectResponse(return_address(session), 303)


def _closed(parts: SandboxParts, session: Json) -> Response:
    done = session["status"] == "complete"
    return parts.render(
        "pay_closed.html", session=session, done=done, leave=return_address(session) if done else session["cancel_url"]
    )
