"""The part of a mentor's and the admins' pages that decides about requests for refunds."""

import reflex as rx

from mentorship.components.buttons import primary_button, quiet_button
from mentorship.components.dialog import consequence_dialog
from mentorship.components.reason_dialog import reason_dialog
from mentorship.components.refund_row import refund_row
from mentorship.schemas.refund_faces import RefundFace
from mentorship.state.refund_decisions import RefundDecisions as Decisions

LIST = "divide-y divide-line rounded-card bg-raised px-5 shadow-raised sm:px-7"


def request_list() -> rx.Component:
    """The requests, each with its two ways."""
    return rx.el.ul(rx.foreach(Decisions.requests, _request), class_name=LIST)


def _request(face: rx.Var[RefundFace]) -> rx.Component:
    return refund_row(
        face,
        primary_button("Approve", on_click=Decisions.ask_approve(face.id), aria_label="Approve: " + face.title),
        quiet_button("Decline", on_click=Decisions.ask_decline(face.id), aria_label="Decline: " + face.title),
    )


def decision_dialogs() -> rx.Component:
    """What each of the two ways does, before it is done."""
    asked = Decisions.asked
    return rx.fragment(
        consequence_dialog(
            "approve",
            "Pay " + asked.amount + " back?",
            "The money goes back the way it was paid, and the sessions kept back for it leave the pack. What is booked "
            "still takes place. The student gets a mail.",
            open=Decisions.approving,
            confirm="Pay it back",
            keep="Not yet",
            on_confirm=Decisions.approve,
            on_dismiss=Decisions.put_away,
            busy=Decisions.busy == "approve",
            destructive=False,
        ),
        reason_dialog(
            "decline",
            "Decline " + asked.amount + "?",
            "No money goes back. The sessions can be booked again, and the pack lasts longer by the time that they "
            "could not.",
            open=Decisions.declining,
            confirm="Decline",
            keep="Not yet",
            hint="The student reads it.",
            on_submit=Decisions.decline,
            on_dismiss=Decisions.put_away,
            busy=Decisions.busy == "decline",
        ),
    )
