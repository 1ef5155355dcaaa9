"""The story of a refund and of a dispute: asked for, approved, refunded in full, disputed, evidence in hand."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from journeys.looks import whole
from journeys.people import buy, open_page, sign_in
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
MENTOR = "amara-okafor"
AMOUNT = re.compile(r"€\d")


def test_a_refund_and_a_dispute(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    student, mentor, admin, controls = window(), window(), window(), window()
    sign_in(student, "noah@demo.example")
    sign_in(mentor, f"{MENTOR}@demo.example")
    sign_in(admin, "admin@demo.example")
    buy(student, MENTOR)

    open_page(admin, "/admin/disputes")
    expect(admin.get_by_text("Nobody disputes a payment")).to_be_visible()
    whole(admin, "refunds-no-dispute", picture)

    # The student sees the quote, asks, thinks again, and asks once more.
    open_page(student, "/orders")
    ask = student.get_by_role("button", name=re.compile("^Ask for a refund of")).first
    ask.click()
    dialog = student.get_by_role("dialog", name="Ask for a refund?")
    expect(dialog.get_by_text("can no longer be booked")).to_be_visible()
    whole(student, "refunds-quote", picture)
    student.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    ask.click()
    dialog.get_by_label("Why").fill("I am moving abroad")
    dialog.get_by_role("button", name=re.compile("^Ask for €")).click()
    expect(student.get_by_text("Waiting for a decision")).to_be_visible()
    whole(student, "refunds-asked", picture)
    student.get_by_role("button", name=re.compile("^Take the request back")).click()
    expect(student.get_by_text("Withdrawn")).to_be_visible()
    ask.click()
    dialog.get_by_role("button", name=re.compile("^Ask for €")).click()
    expect(student.get_by_text("Waiting for a decision")).to_be_visible()

    # Admins see it; the mentor approves, and the student's page follows by itself.
    open_page(admin, "/admin/refunds")
    expect(admin.get_by_role("button", name=re.compile("^Approve: Noah"))).to_be_visible()
    whole(admin, "refunds-desk", picture)
    open_page(mentor, "/instructor/students")
    mentor.get_by_role("button", name=re.compile("^Decline: Noah")).click()
    expect(mentor.get_by_role("dialog").get_by_label("Reason")).to_be_visible()
    mentor.keyboard.press("Escape")
    mentor.get_by_role("button", name=re.compile("^Approve: Noah")).click()
    expect(mentor.get_by_role("dialog", name=AMOUNT)).to_be_visible()
    whole(mentor, "refunds-approve", picture)
    mentor.get_by_role("button", name="Pay it back").click()
    expect(student.get_by_text("Paid back").first).to_be_visible()
    whole(student, "refunds-paid-back", picture)

    # An admin refunds part of another order out of goodwill, seeing the quote first.
    buy(student, MENTOR)
    order = re.search(r"[0-9a-f-]{36}", student.url)
    assert order is not None
    open_page(student, "/orders")
    student.get_by_role("link", name="See the pack").first.click()
    student.wait_for_url("**/packs/**")
    open_page(admin, f"/admin/refunds?order={order.group()}")
    expect(admin.get_by_label("Order number")).to_have_value(order.group())
    admin.get_by_label("What for").select_option("goodwill")
    admin.get_by_label("Amount").fill("12.50")
    admin.get_by_label("Reason").fill("The line was bad")
    admin.get_by_role("button", name="See what will happen").click()
    expect(admin.get_by_role("dialog").get_by_text("€12.50").first).to_be_visible()
    whole(admin, "refunds-goodwill", picture)
    admin.get_by_role("button", name="Refund €12.50").click()
    expect(admin.get_by_text("is on its way back to Noah").first).to_be_visible()

    # The buyer's bank opens a dispute; the evidence is one click away.
    controls.goto("/sandbox/stripe")
    controls.locator('button[value="dispute"]').first.click()
    open_page(admin, "/admin/disputes")
    evidence = admin.get_by_role("link", name=re.compile("^Download the evidence"))
    expect(evidence).to_be_visible()
    whole(admin, "refunds-dispute", picture)
    with admin.expect_download() as download:
        evidence.click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as bundle:
        assert order.group() in bundle.read("README.txt").decode()
    controls.goto("/sandbox/stripe")
    controls.locator('button[value="win"]').first.click()
    expect(admin.get_by_text("Won")).to_be_visible()
