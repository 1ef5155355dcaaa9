"""The evidence bundle: everything our books say about a disputed order, the same bytes each time."""

import csv
import io
import zipfile

from pypdf import PdfReader
from support.house import House

from mentorship.domain.terms import TERMS_VERSION
from mentorship.services.bookings import cancel_session
from mentorship.services.checkout import my_orders
from mentorship.services.evidence import dispute_evidence
from mentorship.services.refund_views import list_disputes
from tests.services.test_disputes import Disputed


def _read(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        return {name: _text(name, bundle.read(name)) for name in bundle.namelist()}


def _text(name: str, content: bytes) -> str:
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode()


def test_the_bundle_says_what_the_books_say(house: House) -> None:
    sale = Disputed(house)
    sale.use(2)
    house.drain()
    reference = sale.dispute()
    (dispute,) = list_disputes(house.ctx(sale.admin))
    bundle = dispute_evidence(house.ctx(sale.admin), dispute_id=dispute.id)
    assert bundle.filename == f"evidence-{reference}.zip"
    files = _read(bundle.content)
    assert set(files) == {
        "README.txt",
        "join_log.txt",
        "ledger.csv",
        "notices.csv",
        "order.txt",
        "receipt.json",
        "receipt.pdf",
        "sessions.csv",
        "timeline.csv",
    }
    assert f"Version of the terms: {TERMS_VERSION}" in files["order.txt"]
    assert house.payment_of(sale.order_id).payment_ref in files["order.txt"]
    sessions = list(csv.DictReader(io.StringIO(files["sessions.csv"])))
    assert [s["status"] for s in sessions] == ["completed", "completed"]
    ledger = [row["entry"] for row in csv.DictReader(io.StringIO(files["ledger.csv"]))]
    assert ledger == ["grant", "reserve", "consume", "reserve", "consume", "freeze"]
    notices = list(csv.DictReader(io.StringIO(files["notices.csv"])))
    assert {"purchase", "session_booked"} <= {n["kind"] for n in notices}
    assert all(n["state"] in ("sent", "skipped") for n in notices)
    actions = [row["action"] for row in csv.DictReader(io.StringIO(files["timeline.csv"]))]
    assert actions[0] == "order_opened"
    assert "dispute_opened" in actions
    assert "not recorded by this installation" in files["join_log.txt"]
    assert [line.partition(": ")[2][:4] for line in files["join_log.txt"].splitlines()[-2:]] == ["held", "held"]
    (number,) = [o.receipt for o in my_orders(house.ctx(sale.student))]
    assert number in files["receipt.pdf"]
    assert "Ada Student" in files["receipt.pdf"]
    house.pass_time(days=3)
    assert dispute_evidence(house.ctx(sale.admin), dispute_id=dispute.id).content == bundle.content


def test_nothing_in_it_is_a_formula(house: House) -> None:
    sale = Disputed(house)
    session = house.book(sale.student, sale.mentor)
    cancel_session(house.ctx(sale.student), session_id=session.id, reason='=HYPERLINK("https://x.example")')
    sale.dispute()
    (dispute,) = list_disputes(house.ctx(sale.admin))
    files = _read(dispute_evidence(house.ctx(sale.admin), dispute_id=dispute.id).content)
    (row,) = csv.DictReader(io.StringIO(files["sessions.csv"]))
    assert row["reason"].startswith("'=")
