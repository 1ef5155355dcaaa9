"""A session on the mentor's side, with everything the mentor may do to it now, and the dialogs that ask first."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import (
    SECONDARY,
    link_button,
    primary_button,
    quiet_button,
    secondary_button,
    text_link,
)
from mentorship.components.calendar_file import calendar_file_button
from mentorship.components.cards import card
from mentorship.components.countdown import countdown
from mentorship.components.dialog import consequence_dialog, dialog
from mentorship.components.forms import field, text_area
from mentorship.components.reason_dialog import dialog_buttons, reason_dialog
from mentorship.schemas.desk import DeskSession
from mentorship.state.session_desk import SessionDesk


def desk_sessions(sessions: rx.Var[list[DeskSession]], skew: rx.Var[float], *, wide: bool = False) -> rx.Component:
    """A list of sessions; the page that shows it also shows :func:`session_dialogs` once."""
    return rx.el.ul(
        rx.foreach(sessions, lambda face: rx.el.li(_session(face, skew), key=face.id, class_name="min-w-0")),
        class_name="grid gap-4" + ("" if wide else " lg:grid-cols-2"),
    )


def _session(face: rx.Var[DeskSession], skew: rx.Var[float]) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.h3(face.student, class_name="text-lead font-semibold"),
            badge(face.status, face.tone),
            class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-2",
        ),
        session_details(face, skew),
        class_name="h-full",
    )


def session_details(face: rx.Var[DeskSession], skew: rx.Var[float]) -> rx.Component:
    """When a session is in both zones, what was written about it, and everything that the mentor may do to it now."""
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.el.p(face.when, class_name="tabular font-semibold"),
                rx.cond(face.other_when, rx.el.p(face.other_when, class_name="tabular text-small text-muted")),
            ),
            rx.cond(
                face.upcoming,
                countdown(until=face.starts_at, skew=skew, class_name="font-semibold text-accent-ink"),
            ),
            class_name="mt-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-1",
        ),
        _said("Reason", face.reason),
        _said("Notes", face.notes),
        rx.cond(
            face.recording_url,
            rx.el.p(
                text_link("Open the recording", face.recording_url, target="_blank", rel="noopener noreferrer"),
                class_name="mt-3 text-small",
            ),
        ),
        _actions(face),
    )


def _said(what: str, text: rx.Var[str]) -> rx.Component:
    return rx.cond(
        text,
        rx.el.p(
            rx.el.span(f"{what}: ", class_name="font-semibold"),
            text,
            class_name="mt-3 text-small whitespace-pre-line text-muted",
        ),
    )


def _actions(face: rx.Var[DeskSession]) -> rx.Component:
    def act(make, label: str, what: str) -> rx.Component:
        return make(
            label,
            on_click=SessionDesk.ask(face.id, what),
            busy=SessionDesk.busy == what + " " + face.id,
            aria_label=f"{label}, session with " + face.student,
        )

    return rx.el.div(
        rx.cond(
            face.can_close,
            rx.fragment(
                primary_button(
                    "Complete",
                    icon="check",
                    on_click=SessionDesk.complete(face.id),
                    busy=SessionDesk.busy == "complete " + face.id,
                    aria_label="Complete, session with " + face.student,
                ),
                act(secondary_button, "No-show", "no_show"),
            ),
        ),
        rx.cond(face.can_waive, act(secondary_button, "Waive", "waive")),
        rx.match(
            face.correct_to,
            ("completed", act(secondary_button, "Change to completed", "correct")),
            ("no_show", act(secondary_button, "Change to no-show", "correct")),
            rx.fragment(),
        ),
        rx.cond(
            face.can_move,
            link_button(
                "Move",
                "/instructor/calendar?session=" + face.id,
                kind=SECONDARY,
                aria_label="Move, session with " + face.student,
            ),
        ),
        rx.cond(face.upcoming, calendar_file_button(face.id, face.student)),
        act(quiet_button, "Notes and recording", "notes"),
        rx.cond(face.can_cancel, act(quiet_button, "Cancel", "cancel")),
        class_name="mt-5 flex flex-wrap gap-2",
    )


def session_dialogs() -> rx.Component:
    """The dialogs of a page with sessions."""
    asked, busy = SessionDesk.asked, SessionDesk.busy == "decide"
    shared = {"on_submit": SessionDesk.decide, "on_dismiss": SessionDesk.put_away, "busy": busy}
    consequence = SessionDesk.consequence
    return rx.fragment(
        reason_dialog(
            "no-show",
            asked.student + " did not come?",
            consequence,
            open=SessionDesk.what == "no_show",
            confirm="Mark as no-show",
            required=False,
            **shared,
        ),
        reason_dialog(
            "cancel",
            "Cancel the session with " + asked.student + "?",
            consequence,
            open=SessionDesk.what == "cancel",
            confirm="Cancel the session",
            keep="Keep the session",
            required=False,
            hint="The student reads it.",
            **shared,
        ),
        reason_dialog(
            "waive",
            "Give " + asked.student + " the credit back?",
            consequence,
            open=SessionDesk.what == "waive",
            confirm="Give the credit back",
            hint="It stands in the pack's ledger.",
            **shared,
        ),
        consequence_dialog(
            "correct",
            "Correct the outcome?",
            consequence,
            open=SessionDesk.what == "correct",
            confirm="Correct the outcome",
            on_confirm=SessionDesk.decide({}),
            on_dismiss=SessionDesk.put_away,
            busy=busy,
            destructive=False,
        ),
        _notes_dialog(),
    )


def _notes_dialog() -> rx.Component:
    asked = SessionDesk.asked
    return dialog(
        "notes",
        "Notes and recording",
        rx.el.p(
            "For the session with " + asked.student + ", who can read both.",
            id="notes-text",
            class_name="mt-3 text-muted",
        ),
        rx.el.form(
            text_area("notes", "Notes", rows=7, default_value=asked.notes, max_length=8000),
            field(
                "recording_url",
                "Recording link",
                kind="url",
                hint="An address that begins with https://. Leave it empty to remove it.",
                error=SessionDesk.recording_error,
                default_value=asked.recording_url,
                max_length=2000,
                placeholder="https://",
            ),
            dialog_buttons(
                secondary_button("Close without saving", on_click=SessionDesk.put_away),
                primary_button("Save", type="submit", busy=SessionDesk.busy == "notes"),
            ),
            on_submit=SessionDesk.save_notes,
            class_name="mt-6 grid gap-5",
        ),
        open=SessionDesk.what == "notes",
        on_dismiss=SessionDesk.put_away,
    )
