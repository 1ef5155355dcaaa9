"""A mentor's earnings."""

import reflex as rx

from mentorship.components.buttons import PRIMARY, download_button, link_button
from mentorship.components.cards import card
from mentorship.components.empty_state import empty_state
from mentorship.components.layout import page_heading
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.price_faces import EarningsLine
from mentorship.state.auth import Auth
from mentorship.state.calls import site
from mentorship.state.instructor_earnings import InstructorEarnings as Earnings

PATH = "/instructor/earnings"
ON_LOAD = [Auth.load, Earnings.load]

HEAD = "py-3 pl-4 text-right text-fine font-semibold text-muted first:pl-0 first:text-left"
CELL = "tabular py-4 pl-4 text-right align-top whitespace-nowrap"


def page() -> rx.Component:
    """The last twelve months, from what was asked to what is left."""
    waiting = card_skeleton("your earnings")
    return shell(
        page_heading(
            "Earnings",
            "The last twelve months: the price of what was sold, less discounts, the providers' fees and refunds.",
            rx.cond(
                Earnings.months.length() > 0,
                download_button("Download as CSV", f"{site().api_url}/api/instructor/earnings.csv"),
                rx.fragment(),
            ),
        ),
        only_for(
            "mentor",
            PATH,
            rx.cond(
                Earnings.problem,
                empty_state("user_x", "There is no desk yet", Earnings.problem),
                rx.cond(Earnings.ready, _months(), waiting),
            ),
            waiting=waiting,
        ),
        current=PATH,
    )


def _months() -> rx.Component:
    none = empty_state(
        "wallet",
        "Nothing has been paid yet",
        "A month appears here as soon as a student has paid for a pack.",
        link_button("See the storefront", "/mentors", kind=PRIMARY),
    )
    return rx.cond(Earnings.months, rx.fragment(_table(), _cards(), _remark()), none)


def _table() -> rx.Component:
    names = ("Month", "Gross", "Discounts", "Fees", "Refunds", "Net")
    return card(
        rx.el.table(
            rx.el.caption("Earnings by month and currency, newest first", class_name="sr-only"),
            rx.el.thead(rx.el.tr(*[rx.el.th(name, scope="col", class_name=HEAD) for name in names])),
            rx.el.tbody(rx.foreach(Earnings.months, _row), class_name="divide-y divide-line"),
            class_name="w-full text-small",
        ),
        class_name="max-lg:hidden",
    )


def _row(month: rx.Var[EarningsLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            month.month,
            rx.el.p(month.orders, class_name="text-fine font-normal text-muted"),
            scope="row",
            class_name="py-4 text-left align-top font-semibold",
        ),
        rx.el.td(month.gross, class_name=CELL),
        rx.el.td(month.discounts, class_name=CELL),
        rx.el.td(month.fees, rx.el.p(month.fees_note, class_name="text-fine text-muted"), class_name=CELL),
        rx.el.td(month.refunds, class_name=CELL),
        rx.el.td(month.net, class_name=f"{CELL} font-semibold"),
        key=month.id,
    )


def _cards() -> rx.Component:
    """The same on a phone: a card for each month."""
    return rx.el.ul(rx.foreach(Earnings.months, _card), class_name="grid gap-4 lg:hidden")


def _card(month: rx.Var[EarningsLine]) -> rx.Component:
    return rx.el.li(
        card(
            rx.el.h2(month.month, class_name="text-heading"),
            rx.el.p(month.orders, class_name="text-small text-muted"),
            rx.el.dl(
                _amount("Gross", month.gross),
                _amount("Discounts", month.discounts),
                _amount("Fees", month.fees, month.fees_note),
                _amount("Refunds", month.refunds),
                _amount("Net", month.net, strong=True),
                class_name="mt-4 divide-y divide-line",
            ),
        ),
        key=month.id,
    )


def _amount(term: str, value: rx.Var[str], note: rx.Var[str] | str = "", *, strong: bool = False) -> rx.Component:
    weight = "font-semibold" if strong else ""
    return rx.el.div(
        rx.el.dt(term, class_name=weight or "text-muted"),
        rx.el.dd(value, rx.el.p(note, class_name="text-fine text-muted"), class_name=f"tabular text-right {weight}"),
        class_name="flex items-baseline justify-between gap-6 py-2 text-small",
    )


def _remark() -> rx.Component:
    return rx.el.p(
        "Months are those of your own zone, ",
        Earnings.zone,
        ". A fee that the provider has not told us is not taken off.",
        class_name="measure mt-6 text-small text-muted",
    )
