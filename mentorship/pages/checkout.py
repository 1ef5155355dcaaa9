"""Checkout: a summary with its consequences, and the ways to pay."""

from collections.abc import Callable

import reflex as rx

from mentorship.components.buttons import (
    SECONDARY,
    Text,
    link_button,
    primary_button,
    quiet_button,
    secondary_button,
    text_link,
)
from mentorship.components.cards import card, fact, portrait
from mentorship.components.countdown import countdown
from mentorship.components.dialog import consequence_dialog
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import field
from mentorship.components.layout import page_heading
from mentorship.components.leave import leave
from mentorship.components.notices import callout
from mentorship.components.price import price
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.shell import shell
from mentorship.schemas.students import Purchase
from mentorship.state.auth import Auth
from mentorship.state.checkout import Checkout

ON_LOAD = [Auth.load, Checkout.load]


def page() -> rx.Component:
    """What is bought, for how much, and what happens to the seat."""
    refused = empty_state(
        "ticket_x",
        "This cannot be bought here",
        Checkout.problem,
        link_button("See all mentors", "/mentors", kind=SECONDARY),
    )
    return shell(
        rx.el.div(
            page_heading("Checkout"),
            rx.cond(
                Checkout.problem,
                refused,
                rx.cond(Checkout.ready, _summary(Checkout.purchase), card_skeleton("the summary")),
            ),
            class_name="mx-auto w-full max-w-2xl",
        ),
        leave(to=Checkout.hosted_url, ticket=Checkout.ticket),
        _give_up_dialog(),
        current="/mentors",
    )


def _summary(purchase: rx.Var[Purchase]) -> rx.Component:
    return card(
        rx.el.div(
            portrait(purchase.portrait, size="size-16"),
            rx.el.div(
                rx.el.h2(purchase.mentor_name, class_name="text-heading"),
                rx.el.p(purchase.terms, class_name="text-small text-muted"),
                class_name="min-w-36 flex-1",
            ),
            rx.el.div(price(purchase.price, was=purchase.was), role="status", aria_live="polite"),
            class_name="flex flex-wrap items-center gap-4",
        ),
        rx.el.dl(
            fact(
                "Paid",
                rx.cond(
                    purchase.is_free,
                    "Nothing",
                    rx.cond(
                        purchase.by_paypal & purchase.by_card,
                        "Once, by card or with PayPal",
                        rx.cond(purchase.by_paypal, "Once, with PayPal", "Once, by card"),
                    ),
                ),
            ),
            fact("Subscription", "None; nothing renews by itself"),
            fact("Validity", purchase.validity),
            rx.cond(purchase.off, fact(purchase.why, purchase.off), rx.fragment()),
            class_name="mt-6 divide-y divide-line border-y border-line",
        ),
        _code(purchase),
        rx.cond(
            purchase.order_id,
            _held(purchase),
            rx.el.div(
                rx.cond(
                    purchase.sold_out,
                    callout(
                        "Every seat is taken right now, or offered to somebody who waited for it. ",
                        text_link(
                            "Join the waitlist", "/mentors/" + purchase.mentor_slug, class_name="text-warning-ink"
                        ),
                        " to get your turn.",
                        tone="warning",
                    ),
                    callout(purchase.seat),
                ),
                rx.cond(
                    purchase.by_card | purchase.is_free,
                    _pay_button(
                        "stripe",
                        primary_button,
                        rx.cond(
                            purchase.is_free, "Take the pack, nothing to pay", "Pay " + purchase.price + " by card"
                        ),
                        purchase,
                    ),
                    rx.fragment(),
                ),
                rx.cond(
                    purchase.by_paypal & ~purchase.is_free,
                    _pay_button("paypal", secondary_button, "Pay with PayPal", purchase),
                    rx.fragment(),
                ),
                class_name="mt-6 grid gap-4",
            ),
        ),
        rx.cond(
            purchase.is_free,
            rx.fragment(),
            rx.el.p(
                rx.cond(purchase.why_not, purchase.why_not + " ", ""),
                "You pay on the page of the provider. Your card number never reaches us, and it is not stored.",
                class_name="mt-4 text-center text-fine text-muted",
            ),
        ),
    )


def _code(purchase: rx.Var[Purchase]) -> rx.Component:
    """The field for a code, or the code that applies with the way to take it off."""
    applied = rx.el.div(
        rx.el.p(
            rx.icon("ticket_percent", size=18, class_name="shrink-0 text-accent-ink", aria_hidden="true"),
            rx.el.span("Code ", rx.el.strong(purchase.code), " is applied."),
            class_name="flex min-w-0 items-center gap-2 text-small wrap-anywhere",
        ),
        quiet_button("Remove", on_click=Checkout.remove_code, aria_label="Remove the code " + purchase.code),
        class_name="flex flex-wrap items-center justify-between gap-3",
    )
    typing = rx.el.form(
        rx.el.div(
            field(
                "code",
                "Have a code?",
                hint=purchase.code_hint,
                error=Checkout.code_error,
                auto_complete="off",
                auto_capitalize="characters",
                spell_check=False,
                max_length=64,
            ),
            class_name="min-w-0 flex-1 basis-52",
        ),
        secondary_button("Apply", type="submit", busy=Checkout.busy == "code", class_name="sm:mt-7"),
        on_submit=Checkout.apply_code,
        class_name="flex flex-wrap items-start gap-3",
    )
    return rx.el.div(rx.cond(purchase.code, applied, typing), class_name="mt-5")


def _pay_button(way: str, button: Callable[..., rx.Component], label: Text, purchase: rx.Var[Purchase]) -> rx.Component:
    return button(
        label,
        on_click=Checkout.pay(way),
        busy=Checkout.busy == way,
        disabled=purchase.sold_out,
        class_name="w-full",
    )


def _held(purchase: rx.Var[Purchase]) -> rx.Component:
    by_paypal = purchase.way == "paypal"
    return rx.el.div(
        rx.cond(
            purchase.declined,
            callout(
                "PayPal could not collect the money from what you chose. Nothing was charged. Choose something else "
                "at PayPal, or pay by card.",
                tone="bad",
            ),
            rx.fragment(),
        ),
        callout(
            rx.el.span("Your seat is held and lapses ", class_name="font-semibold"),
            countdown(until=purchase.held_until, skew=Auth.skew, class_name="font-semibold"),
            rx.el.span(" (" + purchase.held_when + "). Nothing has been charged yet."),
            tone="good",
        ),
        rx.cond(
            by_paypal & ~purchase.is_free,
            _pay_button("paypal", primary_button, "Continue at PayPal", purchase),
            _pay_button(
                "stripe",
                primary_button,
                rx.cond(purchase.is_free, "Take the pack, nothing to pay", "Continue to payment"),
                purchase,
            ),
        ),
        rx.cond(
            purchase.by_paypal & ~by_paypal & ~purchase.is_free,
            _pay_button("paypal", secondary_button, "Pay with PayPal instead", purchase),
            rx.fragment(),
        ),
        rx.cond(
            by_paypal & purchase.by_card & ~purchase.is_free,
            _pay_button("stripe", secondary_button, "Pay by card instead", purchase),
            rx.fragment(),
        ),
        quiet_button("Give up the seat", on_click=Checkout.ask_to_give_up, class_name="w-full"),
        class_name="mt-6 grid gap-4",
    )


def _give_up_dialog() -> rx.Component:
    return consequence_dialog(
        "give-up",
        "Give up the seat?",
        "The seat goes to the waitlist or back on sale at once, and somebody else may take it. "
        "Nothing has been charged.",
        open=Checkout.giving_up,
        confirm="Give it up",
        keep="Keep the seat",
        on_confirm=Checkout.give_up,
        on_dismiss=Checkout.keep,
        busy=Checkout.busy == "give_up",
    )
