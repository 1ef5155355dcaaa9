"""Receipts and tables over HTTP, and codes at the checkout."""

import csv
import io

from pypdf import PdfReader

from mentorship.services.checkout import my_orders
from mentorship.services.promotions import create_promotion


def test_a_receipt_is_a_pdf_for_its_buyer_alone(house, browser):
    student, mentor = house.student("Zoë Kowalska"), house.mentor()
    house.buy_pack(student, mentor)
    path = f"/api/receipts/{my_orders(house.ctx(student))[0].receipt}.pdf"
    answer = browser(student).get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="receipt-2026-000001.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert "Zoë Kowalska" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert browser(house.admin()).get(path).status_code == 200
    assert [browser(who).get(path).status_code for who in (mentor, house.student(), None)] == [404, 404, 401]
    for nonsense in ("2026-000009", "x", "%0d%0aX-Evil:1", "a" * 200, "..%2f"):
        assert 400 <= browser(student).get(f"/api/receipts/{nonsense}.pdf").status_code < 500


def test_the_accountants_table_is_a_file(house, browser):
    house.buy_pack(house.student(), house.mentor())
    answer = browser(house.admin()).get("/api/admin/accounting.csv?from=2026-03-01&to=2026-03-31")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="accounting-2026-03-01-2026-03-31.csv"'
    found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(row["kind"], row["amount"], row["receipt"]) for row in found] == [
        ("fee", "", "2026-000001"),
        ("payment", "480.00", "2026-000001"),
    ]
    for query in (
        "",
        "?from=2026-03-01",
        "?from=x&to=y",
        "?from=2026-03-02&to=2026-03-01",
        "?from=0001-01-01&to=0001-01-02",
    ):
        assert browser(house.admin()).get(f"/api/admin/accounting.csv{query}").status_code == 422


def test_a_code_is_quoted_and_asked(house, browser):
    student, mentor = house.student(), house.mentor()
    create_promotion(house.system(), code="SPRING", percent=25)
    product = {"product_id": str(mentor.product_id)}
    for who in (None, student):
        quote = browser(who).get("/api/checkout/quote", params={**product, "code": " spring "}).json()
        assert (quote["total"]["minor"], quote["code"], quote["reason"]) == (36_000, "SPRING", "code")
    german = browser().get("/api/checkout/quote", params=product, headers={"Accept-Language": "de"}).json()
    assert german["total"]["text"] == "480,00\xa0€"
    refused = browser(student).post("/api/checkout/stripe", json={**product, "code": "winter"})
    assert (refused.status_code, refused.json()["code"]) == (409, "code_unknown")
    started = browser(student).post("/api/checkout/stripe", json={**product, "code": "spring"}).json()
    order = browser(student).get(f"/api/checkout/verify?order_id={started['order_id']}").json()
    assert (order["amount"]["minor"], order["promotion_code"]) == (36_000, "SPRING")


def test_visitors_do_not_find_codes_by_trying(house, browser):
    mentor = house.mentor()
    house.limiter.limit = 3
    params = {"product_id": str(mentor.product_id), "code": "guess"}
    assert [browser().get("/api/checkout/quote", params=params).status_code for _ in range(4)] == [409, 409, 409, 429]
