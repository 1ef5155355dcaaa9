"""Paying with PayPal in a real browser: declined, back to PayPal, paid; then an e-check; then the card instead."""

import re
from collections.abc import Callable

import pytest
from journeys.people import open_page, sign_in, sign_up
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
MENTOR = "Amara Okafor"
AT_PAYPAL = "**/sandbox/paypal/checkoutnow**"


def test_a_student_pays_with_paypal(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    page = window()
    sign_up(page, "Kim Wallet", "kim@wallet.example")
    open_page(page, "/")
    page.get_by_role("link", name=MENTOR).first.click()
    page.get_by_role("link", name="Buy").click()
    page.wait_for_url(re.compile(r"/checkout/?\?product="))
    checkout = page.url
    by_paypal = page.get_by_role("button", name="Pay with PayPal")
    expect(by_paypal).to_be_enabled()
    picture(page, "paypal-1-checkout")
    by_paypal.click()

    # Declined: nothing is charged, and PayPal is asked again.
    page.wait_for_url(AT_PAYPAL)
    page.get_by_role("button", name="Approve, declined").click()
    expect(page.get_by_role("heading", name="PayPal did not get the money")).to_be_visible()
    picture(page, "paypal-2-declined")
    for width, scheme in ((1280, "dark"), (360, "light"), (360, "dark")):
        other = window(width=width, scheme=scheme)
        other.context.add_cookies(page.context.cookies())
        open_page(other, checkout)
        expect(other.get_by_role("button", name="Continue at PayPal")).to_be_enabled()
        picture(other, f"paypal-3-held-{width}-{scheme}")
    page.get_by_role("button", name="Back to PayPal").click()
    page.wait_for_url(AT_PAYPAL)
    page.get_by_role("button", name="Approve €").click()
    expect(page.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    picture(page, "paypal-4-paid")

    # A second pack by e-check: on its way, and whoever comes back to the checkout stays there.
    open_page(page, checkout)
    page.get_by_role("button", name="Pay with PayPal").click()
    page.wait_for_url(AT_PAYPAL)
    page.get_by_role("button", name="e-check").click()
    expect(page.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    picture(page, "paypal-5-on-its-way")


def test_a_student_changes_to_the_card_and_back(
    window: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    page = sign_in(window(), "noah@demo.example")
    open_page(page, "/")
    page.get_by_role("link", name=MENTOR).first.click()
    page.get_by_role("link", name="Buy").click()
    page.get_by_role("button", name="Pay with PayPal").click()
    page.wait_for_url(AT_PAYPAL)
    page.get_by_role("button", name="Cancel and go back").click()
    page.wait_for_url("**/mentors/**")
    page.get_by_role("link", name="Buy").click()
    page.get_by_role("button", name="Pay with PayPal").click()
    page.wait_for_url(AT_PAYPAL)
    page.go_back()
    page.get_by_role("button", name="Pay by card instead").click()
    page.wait_for_url("**/sandbox/stripe/c/pay/**")
    page.get_by_role("button", name=re.compile("^Pay €")).click()
    expect(page.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    picture(page, "paypal-6-paid-by-card")


def test_paypal_declines_and_the_card_pays(window: Callable[..., Page], picture: Callable[[Page, str], None]) -> None:
    page = sign_up(window(width=360, scheme="dark"), "Dora Declined", "dora@declined.example")
    open_page(page, "/mentors/amara-okafor")
    page.get_by_role("link", name=re.compile("^Buy")).click()
    page.wait_for_url(re.compile(r"/checkout/?\?product="))
    checkout = page.url
    page.get_by_role("button", name="Pay with PayPal").click()
    page.wait_for_url(AT_PAYPAL)
    page.get_by_role("button", name="Approve, declined").click()
    expect(page.get_by_role("heading", name="PayPal did not get the money")).to_be_visible()
    open_page(page, checkout)
    page.get_by_role("button", name="Pay by card instead").click()
    page.wait_for_url("**/sandbox/stripe/c/pay/**")
    page.get_by_role("button", name=re.compile("^Pay €")).click()
    expect(page.get_by_role("heading", name="Your seat is yours")).to_be_visible()
    open_page(page, "/orders")
    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text=MENTOR)).to_have_count(1)
    picture(page, "paypal-7-one-order")
