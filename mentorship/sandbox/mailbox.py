"""The mailbox: every message the app has sent, as its readers see it."""

import re
from email.message import EmailMessage
from urllib.parse import quote

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .mail import header, read_message, text_of
from .parts import SandboxParts
from .store import Mail

MAILS_SHOWN = 200
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
# What a mail contains is never our page: it runs no script, has no origin, and its links open in a new tab.
MAIL_HEADERS = {
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https: http:; "
        "style-src 'unsafe-inline'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def mailbox_routes(parts: SandboxParts) -> list[Route]:
    """`/mailbox`, `/mailbox/{id}` and, below it, the HTML body, the attachments and the raw source."""

    def find(request: Request) -> Mail:
        # Ids beyond SQLite's integers are no ids.
        with parts.store.read() as tx:
            mail = tx.find_mail(min(request.path_params["mail_id"], 2**62))
        if mail is None:
            raise HTTPException(404, "There is no such message; the mailbox keeps the newest 2,000.")
        return mail

    def show_list(request: Request) -> Response:
        address = request.query_params.get("address", "").strip().encode("utf-8", "replace").decode()[:320]
        with parts.store.read() as tx:
            mails = tx.list_mails(address, MAILS_SHOWN)
        return parts.render("mailbox.html", mails=mails, address=address)

    def show(request: Request) -> Response:
        mail = find(request)
        message = read_message(mail.raw)
        plain, html, attachments = _bodies(message)
        return parts.render(
            "mail.html",
            mail=mail,
            headers={name: header(message, name) for name in ("From", "To", "Reply-To", "Date")},
            plain=_linked(text_of(plain)) if plain else None,
            has_html=html is not None,
            attachments=[
                {"index": index, "name": _filename(part, index), "kind": part.get_content_type()}
                for index, part in attachments
            ],
        )

    def show_html(request: Request) -> Response:
        _, html, _ = _bodies(read_message(find(request).raw))
        if html is None:
            raise HTTPException(404, "This message has no HTML part.")
        return Response(f'<base target="_blank">{text_of(html)}', media_type="text/html", headers=MAIL_HEADERS)

    def show_raw(request: Request) -> Response:
        return Response(find(request).raw, media_type="text/plain", headers=MAIL_HEADERS)

    def download(request: Request) -> Response:
        _, _, attachments = _bodies(read_message(find(request).raw))
        part = dict(attachments).get(request.path_params["index"])
        if part is None:
            raise HTTPException(404, "This message has no such attachment.")
        content = part.get_payload(decode=True)
        name = quote(_filename(part, request.path_params["index"]), safe="")
        return Response(
            content if isinstance(content, bytes) else b"",
            media_type="application/octet-stream",
            headers=MAIL_HEADERS | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    return [
        Route("/mailbox", show_list, methods=["GET"]),
        Route("/mailbox/{mail_id:int}", show, methods=["GET"]),
        Route("/mailbox/{mail_id:int}/html", show_html, methods=["GET"]),
        Route("/mailbox/{mail_id:int}/raw", show_raw, methods=["GET"]),
        Route("/mailbox/{mail_id:int}/attachments/{index:int}", download, methods=["GET"]),
    ]


def _bodies(
    message: EmailMessage,
) -> tuple[EmailMessage | None, EmailMessage | None, list[tuple[int, EmailMessage]]]:
    """The plain text, the HTML, and everything else with its place in the message."""
    plain = html = None
    attachments: list[tuple[int, EmailMessage]] = []
    for index, part in enumerate(message.walk()):
        if part.is_multipart():
            continue
        kind, attached = part.get_content_type(), part.get_content_disposition() == "attachment"
        if kind == "text/plain" and plain is None and not attached:
            plain = part
        elif kind == "text/html" and html is None and not attached:
            html = part
        else:
            attachments.append((index, part))
    return plain, html, attachments


def _filename(part: EmailMessage, index: int) -> str:
    try:
        name = part.get_filename()
    except Exception:
        # As for other headers: what the parser raises on a malformed one is not documented.
        name = None
    if not name:
        return f"part-{index}" + (".ics" if part.get_content_type() == "text/calendar" else ".bin")
    return re.sub(r"[^\w.@ -]", "_", name)[:120]


def _linked(text: str) -> Markup:
    """The text with its web addresses as links."""
    pieces, end = [], 0
    for match in LINK.finditer(text):
        pieces += [escape(text[end : match.start()]), _link(match[0])]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(address)
