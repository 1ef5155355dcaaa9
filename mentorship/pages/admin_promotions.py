"""Promotion codes and prices, for admins."""

import reflex as rx

from mentorship.components.badges import badge
from mentorship.components.buttons import primary_button, quiet_button, secondary_button
from mentorship.components.cards import card, section
from mentorship.components.dialog import consequence_dialog
from mentorship.components.forms import checkbox, choice, field
from mentorship.components.layout import page_heading
from mentorship.components.rows import rows
from mentorship.components.skeleton import card_skeleton
from mentorship.pages.gate import only_for
from mentorship.pages.shell import shell
from mentorship.schemas.price_faces import PricedProduct, PromotionLine
from mentorship.state.admin_promotions import AdminPromotions as Promotions
from mentorship.state.auth import Auth

PATH = "/admin/promotions"
ON_LOAD = [Auth.load, Promotions.load]


def page() -> rx.Component:
    """Every code with its uses, offering another one, and the prices they apply to."""
    waiting = card_skeleton("the codes")
    return shell(
        page_heading(
            "Promotions", "Codes are ours: the providers are asked for the price that is left, whatever the way to pay."
        ),
        only_for("admin", PATH, rx.cond(Promotions.ready, _everything(), waiting), waiting=waiting),
        current=PATH,
    )


def _everything() -> rx.Component:
    return rx.fragment(
        rx.el.h2("Codes", class_name="sr-only"),
        rows(
            Promotions.promotions,
            _promotion,
            icon="ticket_percent",
            none="No code yet",
            hint="Offer one below. Students type it at the checkout.",
        ),
        section("Offer a code", card(_form())),
        section(
            "Ask another price",
            card(_price_form()),
            intro="For whoever buys from now on. Unpaid checkouts that are open keep the price they show.",
        ),
        _end_dialog(),
    )


def _promotion(line: rx.Var[PromotionLine]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(line.code, class_name="tabular font-semibold wrap-anywhere"),
            rx.el.p(line.takes_off, class_name="mt-1"),
            rx.cond(line.limits, rx.el.p(line.limits, class_name="text-fine text-muted"), rx.fragment()),
            rx.cond(line.note, rx.el.p(line.note, class_name="text-fine text-muted wrap-anywhere"), rx.fragment()),
            class_name="min-w-0 flex-1 basis-64",
        ),
        rx.el.p(line.uses, class_name="tabular"),
        badge(line.state, line.tone),
        rx.cond(
            line.can_end,
            quiet_button("End", on_click=Promotions.ask_to_end(line.id), aria_label="End the code " + line.code),
            rx.fragment(),
        ),
        key=line.id,
        class_name="flex flex-wrap items-center gap-x-5 gap-y-2 py-4 text-small",
    )


def _form() -> rx.Component:
    percent = Promotions.kind == "percent"
    return rx.el.form(
        field(
            "code",
            "Code",
            hint="3 to 32 letters, digits and hyphens. Capitals make no difference.",
            error=Promotions.code_error,
            required=True,
            min_length=3,
            max_length=32,
            auto_complete="off",
        ),
        rx.el.div(
            choice(
                "kind",
                "Takes off",
                rx.el.option("A percentage", value="percent"),
                rx.el.option("An amount", value="amount"),
                value=Promotions.kind,
                on_change=Promotions.choose_kind,
            ),
            field("value", rx.cond(percent, "Percent", "Amount"), required=True, input_mode="decimal", max_length=12),
            rx.cond(
                percent,
                rx.fragment(),
                field("currency", "Currency", default_value="EUR", required=True, min_length=3, max_length=3),
            ),
            class_name="grid gap-5 sm:grid-cols-3",
        ),
        choice(
            "product",
            "For",
            rx.el.option("Every pack", value=""),
            rx.foreach(Promotions.products, _option),
        ),
        rx.el.div(
            field("first", "First day (optional)", kind="date"),
            field("last", "Last day (optional)", kind="date"),
            field("most_uses", "Most uses (optional)", kind="number", min=1, step=1, input_mode="numeric"),
            class_name="grid gap-5 sm:grid-cols-3",
        ),
        checkbox("once", "Once for each student"),
        field("note", "Note (optional)", hint="Only admins read it.", max_length=255),
        primary_button(
            "Offer the code", type="submit", busy=Promotions.busy == "create", class_name="sm:justify-self-end"
        ),
        on_submit=Promotions.create,
        key=f"promotion-{Promotions.form_key}",
        class_name="grid gap-5",
    )


def _price_form() -> rx.Component:
    return rx.el.form(
        choice(
            "priced",
            "Pack",
            rx.el.option("Choose a pack", value=""),
            rx.foreach(Promotions.products, _option),
            required=True,
        ),
        field("price", "New price", required=True, input_mode="decimal", max_length=12),
        checkbox(
            "keep_former",
            "Those who have paid for this pack keep the present price",
            hint="It applies by itself whenever they renew.",
            default_checked=True,
        ),
        secondary_button(
            "Ask this price", type="submit", busy=Promotions.busy == "price", class_name="sm:justify-self-end"
        ),
        on_submit=Promotions.ask_price,
        key=f"price-{Promotions.form_key}",
        class_name="grid gap-5",
    )


def _option(product: rx.Var[PricedProduct]) -> rx.Component:
    former = rx.cond(product.former, " (" + product.former + ")", "")
    return rx.el.option(product.label, former, value=product.id, key=product.id)


def _end_dialog() -> rx.Component:
    return consequence_dialog(
        "end",
        "End " + Promotions.asked.code + "?",
        "Nobody can use it at the checkout any more, and it cannot be taken up again. Checkouts that are open with it "
        "may still be paid, and what was paid stays as it is.",
        open=Promotions.asking,
        confirm="End the code",
        keep="Keep it",
        on_confirm=Promotions.end,
        on_dismiss=Promotions.put_away,
        busy=Promotions.busy == "end",
    )
