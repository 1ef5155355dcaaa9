"""The ledger as a bank statement: a table where there is room, stacked entries on a phone."""

import reflex as rx

from mentorship.schemas.pages import LedgerLine

HEAD = "py-3 pr-4 text-left text-fine font-semibold text-muted"
CELL = "tabular py-4 pr-4 align-top"


def ledger_table(lines: rx.Var[list[LedgerLine]] | list[LedgerLine], *, caption: str) -> rx.Component:
    """Every change of a pack's credits, newest first. `caption` names the pack for screen readers."""
    return rx.el.table(
        rx.el.caption(caption, class_name="sr-only"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th("When", scope="col", class_name=HEAD),
                rx.el.th("What", scope="col", class_name=HEAD),
                rx.el.th("Credits", scope="col", class_name=f"{HEAD} text-right"),
                rx.el.th("Left", scope="col", class_name=f"{HEAD} text-right last:pr-0"),
            ),
            class_name="sr-only sm:not-sr-only sm:table-header-group",
        ),
        rx.el.tbody(rx.foreach(lines, _line), class_name="divide-y divide-line"),
        class_name="w-full text-small",
    )


def _line(line: rx.Var[LedgerLine]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(line.when, class_name=f"{CELL} text-muted max-sm:hidden sm:whitespace-nowrap"),
        rx.el.td(
            rx.el.p(line.what, class_name="font-semibold"),
            rx.el.p(line.why, class_name="text-muted"),
            rx.el.p(line.when, class_name="mt-1 text-fine text-muted sm:hidden"),
            class_name=CELL,
        ),
        rx.el.td(
            line.change,
            class_name=[
                f"{CELL} text-right font-semibold whitespace-nowrap",
                rx.cond(line.change.startswith("+"), "text-accent-ink", "text-ink"),
            ],
        ),
        rx.el.td(line.balance, class_name=f"{CELL} text-right whitespace-nowrap last:pr-0"),
    )
