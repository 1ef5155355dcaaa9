"""The admins' desk of refunds."""

import reflex as rx

from mentorship.components.buttons import primary_button, quiet_button
from mentorship.components.cards import card, section
from mentorship.components.dialog import consequence_dialog
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import choice, field, text_area
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import reason_dialog
from mentorship.components.refund_row import quote_details, refund_row
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.refund_decisions import LIST, decision_dialogs, request_list
from mentorship.pages.shell import shell
from mentorship.schemas.refund_faces import RefundFace
from mentorship.state.admin_refunds import AdminRefunds as Desk
from mentorship.state.auth import Auth
from mentorship.state.refund_decisions import RefundDecisions

PATH = "/admin/refunds"
ON_LOAD = [Auth.load, Desk.load]


def page() -> rx.Component:
    """What is to be decided, what has failed, refunding an order, what is on its way, and what is done."""
    waiting = card_skeleton("the refunds")
    return shell(
        page_heading("Refunds", "Money that goes back, or waits for somebody to say so."),
        only_for("admin", PATH, rx.cond(Desk.ready, _desk(), waiting), waiting=waiting),
        current=PATH,
    )


def _desk() -> rx.Component:
    nothing = empty_state("inbox", "Nothing to decide", "What students ask for appears here, and at their mentor's.")
    on_its_way = "The provider has not paid these yet; they are tried until it has, or refuses."
    return rx.fragment(
        rx.cond(
            Desk.failed,
            rx.el.section(
                rx.el.h2("Failed", class_name="mb-5 text-title"),
                rx.el.ul(rx.foreach(Desk.failed, _failed), class_name=LIST),
                class_name="mb-16",
            ),
        ),
        rx.el.section(
            rx.el.h2("To decide", class_name="mb-5 text-title"),
            rx.cond(RefundDecisions.requests, request_list(), nothing),
        ),
        section("Refund an order", card(_form()), intro="You see what it pays and takes before anything happens."),
        rx.cond(Desk.pending, section("On their way", _plain(Desk.pending), intro=on_its_way)),
        rx.cond(Desk.done, section("Paid back", _plain(Desk.done))),
        decision_dialogs(),
        _dialogs(),
    )


def _plain(faces: rx.Var[list[RefundFace]]) -> rx.Component:
    return rx.el.ul(rx.foreach(faces, refund_row), class_name=LIST)


def _failed(face: rx.Var[RefundFace]) -> rx.Component:
    return refund_row(
        face,
        primary_button(
            "Try again",
            on_click=Desk.retry(face.id),
            busy=Desk.busy == "retry " + face.id,
            aria_label="Try again: " + face.title,
        ),
        quiet_button("Close it", on_click=Desk.ask_drop(face.id), aria_label="Close: " + face.title),
    )


def _form() -> rx.Component:
    return rx.el.form(
        field(
            "order_id",
            "Order number",
            default_value=Desk.order_id,
            key=Desk.order_id,
            required=True,
            max_length=36,
            auto_complete="off",
        ),
        choice(
            "kind",
            "What for",
            rx.el.option("Unused sessions, at their share of the price", value="unused"),
            rx.el.option("Everything that is left; the pack ends", value="full"),
            rx.el.option("Goodwill: an amount; the pack stays", value="goodwill"),
            value=Desk.kind,
            on_change=Desk.choose_kind,
        ),
        rx.cond(
            Desk.kind == "goodwill",
            field(
                "amount",
                "Amount",
                hint="In the order's currency, as 12.50.",
                required=True,
                input_mode="decimal",
                max_length=15,
                auto_complete="off",
            ),
        ),
        text_area(
            "note",
            "Reason",
            rows=2,
            hint="It stands in the audit log.",
            required=True,
            min_length=3,
            max_length=255,
        ),
        primary_button(
            "See what will happen", type="submit", busy=Desk.busy == "ask", class_name="sm:justify-self-end"
        ),
        on_submit=Desk.ask,
        class_name="grid gap-5",
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        consequence_dialog(
            "refund",
            "Refund this order?",
            quote_details("quote", Desk.quote),
            open=Desk.asking,
            confirm="Refund " + Desk.quote.amount,
            keep="Do not refund it",
            on_confirm=Desk.refund,
            on_dismiss=Desk.put_away,
            busy=Desk.busy == "refund",
        ),
        reason_dialog(
            "drop",
            "Close the refund of " + Desk.dropped.amount + "?",
            "It is not tried again. Sessions that left the pack with it are granted anew, and the student gets a mail "
            "with your reason.",
            open=Desk.dropping,
            confirm="Close it",
            keep="Leave it open",
            hint="The student reads it.",
            on_submit=Desk.drop,
            on_dismiss=Desk.put_away,
            busy=Desk.busy == "drop",
        ),
    )
