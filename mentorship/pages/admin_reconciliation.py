"""The admin's page of differences between what providers state, what is booked, and what was granted."""

import reflex as rx

from mentorship.components.buttons import primary_button, quiet_button, secondary_button, text_link
from mentorship.components.dialog import consequence_dialog
from mentorship.components.layout import page_heading
from mentorship.components.reason_dialog import reason_dialog
from mentorship.components.rows import fact_row, rows
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.money_desk import money_places
from mentorship.pages.shell import shell
from mentorship.schemas.money_desk import FindingFace
from mentorship.state.admin_reconciliation import AdminReconciliation as Books
from mentorship.state.auth import Auth

PATH = "/admin/reconciliation"
ON_LOAD = [Auth.load, Books.load]


def page() -> rx.Component:
    """Open differences with what would repair them, and the history."""
    waiting = card_skeleton("the differences")
    return shell(
        page_heading(
            "Reconciliation",
            "Every night the providers' statements are compared with what is booked and granted here.",
        ),
        money_places(PATH),
        only_for("admin", PATH, rx.cond(Books.ready, _desk(), waiting), waiting=waiting),
        current=PATH,
    )


def _desk() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.p(Books.last_run, class_name="tabular text-small text-muted"),
            primary_button("Compare now", icon="scale", on_click=Books.compare, busy=Books.busy == "compare"),
            class_name="flex flex-wrap items-center justify-between gap-4",
        ),
        rx.el.div(
            rx.el.h2("Open differences", class_name="mb-4 text-heading"),
            rows(
                Books.open,
                _open,
                icon="circle_check",
                none="The books agree",
                hint="A difference appears here with its reason and with what would repair it.",
            ),
            class_name="mt-8",
        ),
        rx.el.div(
            rx.el.h2("No longer open", class_name="mb-4 text-heading"),
            rows(
                Books.resolved,
                _resolved,
                icon="scroll_text",
                none="Nothing yet",
                hint="Differences that were repaired, closed, or went by themselves are kept here.",
            ),
            class_name="mt-12",
        ),
        _repair_dialog(),
        _close_dialog(),
    )


def _open(face: rx.Var[FindingFace]) -> rx.Component:
    look = rx.el.p("Look yourself: nothing may be done here without your judgement.", class_name="mt-2 text-muted")
    return fact_row(
        face.id,
        face.title,
        "Found on " + face.when,
        *_about(face),
        rx.cond(face.repair, rx.fragment(), look),
        rx.el.div(
            rx.cond(
                face.repair,
                secondary_button(
                    face.repair,
                    on_click=Books.ask_to_repair(face.id),
                    aria_label=f"{face.repair}: {face.whose}",
                ),
            ),
            quiet_button(
                "Close with a reason",
                on_click=Books.ask_to_close(face.id),
                aria_label="Close with a reason: " + face.whose,
            ),
            class_name=["mt-3 flex flex-wrap gap-3", rx.cond(face.repair, "", "-ml-5")],
        ),
        status="Open",
        tone="bad",
    )


def _resolved(face: rx.Var[FindingFace]) -> rx.Component:
    return fact_row(face.id, face.title, face.when, *_about(face), rx.el.p(face.resolution, class_name="mt-1"))


def _about(face: rx.Var[FindingFace]) -> list[rx.Component]:
    return [
        rx.el.p(face.reason, class_name="mt-1"),
        rx.el.p(face.whose, class_name="text-fine text-muted wrap-anywhere"),
        rx.cond(
            face.order_href,
            text_link("To the order", face.order_href, class_name="inline-flex min-h-11 items-center"),
        ),
    ]


def _repair_dialog() -> rx.Component:
    asked = Books.asked
    return consequence_dialog(
        "repair",
        asked.repair + "?",
        rx.fragment(rx.el.p(asked.reason), rx.el.p(asked.consequence, class_name="mt-3")),
        open=Books.repairing,
        confirm=asked.repair,
        keep="Leave it open",
        on_confirm=Books.repair,
        on_dismiss=Books.put_away,
        busy=Books.busy == "repair",
        destructive=False,
    )


def _close_dialog() -> rx.Component:
    return reason_dialog(
        "close",
        "Close this difference?",
        Books.asked.reason + " It stays closed, also while the books still differ; nothing else changes.",
        open=Books.closing,
        confirm="Close it",
        keep="Leave it open",
        hint="It stands beside the difference.",
        on_submit=Books.close,
        on_dismiss=Books.put_away,
        busy=Books.busy == "close",
    )
