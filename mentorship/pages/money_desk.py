"""What the admin's pages about money share: the way between them, filters, paging, and a delivery in a list."""

import reflex as rx

from mentorship.components.buttons import QUIET, SECONDARY, Text, link_button, primary_button, text_link
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.forms import checkbox, choice, field, native_form
from mentorship.components.layout import page_heading
from mentorship.components.rows import fact_row
from mentorship.components.skeleton import page_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.money_desk import EventFace, Filters, Paging

PLACES = (
    ("Orders", "/admin/orders"),
    ("Refunds", "/admin/refunds"),
    ("Disputes", "/admin/disputes"),
    ("Deliveries", "/admin/inbox"),
    ("Reconciliation", "/admin/reconciliation"),
)
LINK = "font-semibold text-accent-ink underline underline-offset-4 hover:decoration-2"


def money_places(current: str) -> rx.Component:
    """The way between the pages about money."""
    links = [
        rx.el.a(
            label,
            href=href,
            class_name="pressable inline-flex min-h-11 items-center rounded-full px-4 text-small font-medium "
            + ("bg-sunken text-ink" if href == current else "text-muted hover:text-ink"),
            **({"aria_current": "page"} if href == current else {}),
        )
        for label, href in PLACES
    ]
    return rx.el.nav(*links, aria_label="Money", class_name="-mx-2 mb-8 flex flex-wrap gap-1")


def one_of(
    what: str, icon: str, path: str, found: rx.Component, *, ready: rx.Var[bool], missing: rx.Var[bool]
) -> rx.Component:
    """The page of one thing of the list at ``path``: while it loads, when it is not there, or as it was found."""
    waiting = page_skeleton(f"the {what}")
    nothing = rx.fragment(
        page_heading(what.capitalize()),
        empty_state(
            icon,
            f"There is no such {what}",
            f"Its address may be cut short. Every {what} is in the list.",
            link_button("See the list", path, kind=SECONDARY),
        ),
    )
    shown = rx.cond(ready, rx.cond(missing, nothing, found), waiting)
    return shell(only_for("admin", path, shown, waiting=waiting), current=path)


def filter_form(
    action: str,
    filters: rx.Var[Filters],
    *more: rx.Component,
    words: str,
    hint: str,
    statuses: list[tuple[str, str]],
    only: tuple[str, str],
) -> rx.Component:
    """Narrows a list by what is written into the page's address, so that it can be kept and passed on.

    `only` is the value and the label of the one box to tick.
    """
    options = [rx.el.option(label, value=value) for value, label in statuses]
    return card(
        native_form(
            rx.el.div(
                field("words", words, hint=hint, default_value=filters.words, max_length=255),
                choice("status", "State", rx.el.option("Any", value=""), *options, default_value=filters.status),
                choice(
                    "provider",
                    "Provider",
                    rx.el.option("Any", value=""),
                    rx.el.option("Stripe", value="stripe"),
                    rx.el.option("PayPal", value="paypal"),
                    default_value=filters.provider,
                ),
                *more,
                class_name="grid gap-4 sm:grid-cols-2 lg:grid-cols-3",
            ),
            rx.el.div(
                checkbox("only", only[1], value=only[0], default_checked=filters.only),
                rx.el.div(
                    link_button("Show all", action, kind=QUIET),
                    primary_button("Look", type="submit", icon="search"),
                    class_name="flex gap-3",
                ),
                class_name="mt-4 flex flex-wrap items-center justify-between gap-3",
            ),
            method="get",
            action=action,
        ),
        class_name="mb-8",
    )


def pager(paging: rx.Var[Paging]) -> rx.Component:
    """How many there are, and the way to newer and older ones."""
    return rx.el.nav(
        rx.el.p(paging.summary, class_name="tabular text-small text-muted"),
        rx.el.div(
            rx.cond(paging.newer, link_button("Newer", paging.newer, kind=SECONDARY)),
            rx.cond(paging.older, link_button("Older", paging.older, kind=SECONDARY)),
            class_name="flex gap-3",
        ),
        aria_label="Pages of the list",
        class_name="mt-6 flex flex-wrap items-center justify-between gap-3",
    )


def problem_note(problem: Text) -> rx.Component:
    """What was wrong with what the address asks for."""
    return rx.el.p(problem, role="alert", class_name="mb-6 rounded-field bg-danger-soft px-4 py-3 text-danger-ink")


def event_row(face: rx.Var[EventFace]) -> rx.Component:
    """A delivery in a list: what came, what it did, and the way to its body."""
    return fact_row(
        face.id,
        rx.el.a(face.title, href=face.href, class_name=LINK),
        face.when,
        rx.el.p(face.effect, class_name="mt-1"),
        rx.el.p(face.reference, class_name="text-fine text-muted wrap-anywhere"),
        rx.cond(face.error, rx.el.p(face.error, class_name="mt-1 text-danger-ink wrap-anywhere")),
        status=face.status,
        tone=face.tone,
    )


def back_to(label: str, href: Text) -> rx.Component:
    """The way back to a list."""
    return text_link(label, href, class_name="mb-6 inline-flex min-h-11 items-center text-small")
