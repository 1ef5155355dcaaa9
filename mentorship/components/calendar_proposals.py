"""What a mentor's own calendar asks of them: a problem to see to, and events they have moved or deleted."""

import reflex as rx

from mentorship.components.buttons import Text, primary_button, secondary_button, text_link
from mentorship.components.cards import card
from mentorship.components.dialog import consequence_dialog
from mentorship.components.notices import callout
from mentorship.schemas.calendars import ProposalFace
from mentorship.state.calendar_proposals import CalendarProposals

SETTINGS = "/instructor/calendar/google"


def calendar_banner(problem: Text) -> rx.Component:
    """A line about the connection's problem that leads to where it is seen to; nothing while all is well."""
    return rx.cond(
        problem,
        rx.el.div(
            callout(
                rx.el.p(
                    rx.el.span("Google Calendar: ", class_name="font-semibold"),
                    problem,
                    " ",
                    text_link("See to it", SETTINGS),
                ),
                tone="warning",
            ),
            role="status",
            class_name="mb-8",
        ),
    )


def proposals_section(proposals: rx.Var[list[ProposalFace]]) -> rx.Component:
    """The proposals, each with its decisions; nothing when there is none."""
    listed = rx.el.section(
        rx.el.h2("Changed in your Google Calendar", class_name="text-title"),
        rx.el.p(
            "Sessions never move by themselves. Say for each what you meant.", class_name="measure mt-3 text-muted"
        ),
        rx.el.ul(
            rx.foreach(proposals, lambda face: rx.el.li(_proposal(face), key=face.id, class_name="min-w-0")),
            class_name="mt-8 grid gap-4 lg:grid-cols-2",
        ),
        aria_label="Changed in your Google Calendar",
        class_name="mb-16",
    )
    return rx.fragment(rx.cond(proposals, listed), proposal_dialog())


def _proposal(face: rx.Var[ProposalFace]) -> rx.Component:
    return card(
        rx.el.h3(face.student, class_name="text-lead font-semibold"),
        rx.el.p(face.when, class_name="tabular mt-1 font-semibold"),
        rx.el.p(face.happened, class_name="mt-3 text-small text-muted"),
        proposal_decisions(face),
        class_name="h-full",
    )


def proposal_decisions(face: rx.Var[ProposalFace]) -> rx.Component:
    """The two things a mentor can do about a proposal; the page also shows :func:`proposal_dialog` once."""
    return rx.el.div(
        rx.cond(
            face.accept,
            primary_button(
                face.accept,
                on_click=CalendarProposals.ask(face.id),
                busy=CalendarProposals.busy == "ask " + face.id,
                aria_label=face.accept + ", with " + face.student,
                class_name="whitespace-normal!",
            ),
        ),
        secondary_button(
            "Put it back",
            on_click=CalendarProposals.decline(face.id),
            busy=CalendarProposals.busy == "decline " + face.id,
            aria_label="Put it back, session with " + face.student,
        ),
        class_name="mt-5 flex flex-wrap gap-2",
    )


def proposal_dialog() -> rx.Component:
    """Asks before a proposal is followed."""
    asked = CalendarProposals.asked
    return consequence_dialog(
        "proposal",
        asked.title,
        asked.consequence,
        open=asked.id != "",
        confirm=asked.accept,
        keep="Leave it for now",
        on_confirm=CalendarProposals.accept,
        on_dismiss=CalendarProposals.put_away,
        busy=CalendarProposals.busy == "accept",
        destructive=False,
    )
