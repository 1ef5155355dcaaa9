"""The part of the admin's overview that exports the money's movements."""

import reflex as rx

from mentorship.components.buttons import secondary_button
from mentorship.components.cards import card, section
from mentorship.components.forms import field, native_form
from mentorship.state.admin import Admin
from mentorship.state.calls import site


def accounting_section() -> rx.Component:
    """Two days, and the table of what moved between them."""
    return section(
        "For the accountants",
        card(
            native_form(
                field("from", "First day", kind="date", required=True, default_value=Admin.year_began),
                field("to", "Last day", kind="date", required=True, default_value=Admin.today),
                secondary_button("Download as CSV", type="submit", icon="download"),
                action=f"{site().api_url}/api/admin/accounting.csv",
                method="get",
                class_name="grid items-end gap-5 sm:grid-cols-[1fr_1fr_auto]",
            ),
        ),
        intro="Payments, fees, refunds and disputes with their receipts' numbers, one line each, in days of UTC.",
    )
