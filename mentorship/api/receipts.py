"""Receipts as PDF, and the tables that accountants and mentors take home."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from mentorship.api.actor import Caller, needs_session
from mentorship.api.problems import refusals
from mentorship.domain.errors import NotAllowed, NotFound, SignInRequired
from mentorship.services.accounting import export_accounting
from mentorship.services.earnings import export_earnings
from mentorship.services.receipts import Number, download_receipt

router = APIRouter(prefix="/api", tags=["receipts"], dependencies=needs_session)

CSV = "text/csv; charset=utf-8"


def _file(description: str, media_type: str) -> dict[int | str, dict[str, object]]:
    kind = media_type.partition(";")[0]
    return {200: {"description": description, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/receipts/{number}.pdf",
    response_class=Response,
    responses={**_file("The receipt", "application/pdf"), **refusals(SignInRequired, NotFound)},
)
def receipt(ctx: Caller, number: Number) -> Response:
    """A receipt as a PDF, for its buyer and admins."""
    headers = {"Content-Disposition": f'attachment; filename="receipt-{number}.pdf"'}
    return Response(download_receipt(ctx, number=number), media_type="application/pdf", headers=headers)


@router.get(
    "/admin/accounting.csv",
    response_class=Response,
    responses={**_file("One line for each movement of money", CSV), **refusals(SignInRequired, NotAllowed)},
)
def accounting(
    ctx: Caller,
    since: Annotated[date, Query(alias="from", description="The first day, in UTC")],
    until: Annotated[date, Query(alias="to", description="The last day, in UTC")],
) -> Response:
    """Payments, refunds, fees and disputes of a period, for admins."""
    lines = export_accounting(ctx, since=since, until=until)
    headers = {"Content-Disposition": f'attachment; filename="accounting-{since}-{until}.csv"'}
    return StreamingResponse(lines, media_type=CSV, headers=headers)


@router.get(
    "/instructor/earnings.csv",
    response_class=Response,
    responses={**_file("One line for each month and currency", CSV), **refusals(SignInRequired, NotAllowed, NotFound)},
)
def earnings(ctx: Caller) -> Response:
    """The calling mentor's last twelve months."""
    headers = {"Content-Disposition": 'attachment; filename="earnings.csv"'}
    return StreamingResponse(export_earnings(ctx), media_type=CSV, headers=headers)
