"""PayPal's approval page and the address of its certificate."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import paypal_flow as flow
from . import paypal_money as money
from .deliveries import Arrival
from .faults import take_fault
from .parts import Form, SandboxParts, posted
from .paypal_flow import Decision, Desk
from .paypal_objects import ORDER
from .store import Json, Tx

# button -> how the capture will end
APPROVALS = {
    "approve": Decision.PAY,
    "approve_close": Decision.PAY,
    "pending": Decision.PENDING,
    "decline": Decision.DECLINE,
}


def paypal_routes(parts: SandboxParts) -> list[Route]:
    """`/paypal/checkoutnow?token=`, where buyers decide, and `/paypal/certs/{name}`, where the certificate is."""

    def show(request: Request) -> Response:
        flow.lapse(parts.store, parts.timestamp(), parts.paypal_url)
        with parts.store.read() as tx:
            record = _find(tx, request)
        if record["capture"] or record["status"] == "VOIDED":
            return _closed(parts, record)
        unit = record["unit"]
        currency = unit["amount"]["currency_code"]
        lines = [
            {
                "name": item["name"],
                "quantity": int(item["quantity"]),
                "total": money.minor(item["unit_amount"]["value"], currency) * int(item["quantity"]),
            }
            for item in unit.get("items", [])
        ]
        return parts.render(
            "paypal_pay.html",
            total=_total(record),
            currency=currency,
            description=unit.get("description"),
            lines=lines,
            declined=record["decision"] == Decision.DECLINE,
            approved=record["status"] == "APPROVED" and record["decision"] != Decision.DECLINE,
            email=record["email"],
        )

    def act(request: Request, form: Form) -> Response:
        try:
            arrival = Arrival(form.get("arrival", Arrival.NORMAL))
        except ValueError:
            raise HTTPException(400, "This page cannot deliver a webhook that way.") from None
        flow.lapse(parts.store, parts.timestamp(), parts.paypal_url)
        with parts.store.write() as tx:
            record = _find(tx, request)
            if record["capture"] or record["status"] == "VOIDED":
                return _closed(parts, record)
            action = form.get("action", "")
            if action == "cancel":
                return _leave(parts, record, record["cancel_url"], {"token": record["id"]})
            if action not in APPROVALS:
                raise HTTPException(400, "This page has no such button.")
            desk = Desk(tx, parts.timestamp(), parts.paypal_url)
            record = flow.approve(desk, record, APPROVALS[action], arrival)
        if action == "approve_close":
            return _closed(parts, record)
        return _leave(parts, record, record["return_url"], {"token": record["id"], "PayerID": record["payer_id"]})

    async def certificate(request: Request) -> Response:
        if await run_in_threadpool(take_fault, parts.store, "paypal", "certificate"):
            return Response("Service Unavailable", 503, media_type="text/plain")
        keys = parts.paypal.keys
        if request.path_params["name"] != keys.name:
            raise HTTPException(404, "There is no such certificate.")
        return Response(keys.certificate, media_type="application/x-pem-file")

    return [
        Route("/paypal/checkoutnow", show, methods=["GET"]),
        Route("/paypal/checkoutnow", posted(act), methods=["POST"]),
        Route("/paypal/certs/{name}", certificate, methods=["GET"]),
    ]


def _find(tx: Tx, request: Request) -> Json:
    token = request.query_params.get("token", "").encode("utf-8", "replace").decode()
    record = tx.find_object(ORDER, token)
    if record is None:
        raise HTTPException(404, "There is no such order at PayPal.")
    return record


def _total(record: Json) -> int:
    amount = record["unit"]["amount"]
    return money.minor(amount["value"], amount["currency_code"])


def _leave(parts: SandboxParts, record: Json, address: str | None, facts: dict[str, str]) -> Response:
    if address is None:
        return _closed(parts, record)
    place = urlsplit(address)
    query = urlencode([*parse_qsl(place.query, keep_blank_values=True), *facts.items()])
    return RedirectResponse(urlunsplit(place._replace(query=query)), 303)


def _closed(parts: SandboxParts, record: Json) -> Response:
    return parts.render(
        "paypal_closed.html",
        state="PAID" if record["capture"] else record["status"],
        total=_total(record),
        currency=record["unit"]["amount"]["currency_code"],
    )
