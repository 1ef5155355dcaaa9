"""A session as a file for the reader's own calendar."""

import reflex as rx

from mentorship.components.buttons import SECONDARY, link_button
from mentorship.state.calls import site


def calendar_file_button(session_id: rx.Var[str], other: rx.Var[str]) -> rx.Component:
    """Fetches one session's .ics; `other` is the other person's name. The page stays as it is, and stays connected."""
    return link_button(
        "Add to calendar",
        f"{site().api_url}/api/sessions/" + session_id + "/invitation.ics",
        kind=SECONDARY,
        icon="calendar_arrow_down",
        aria_label="Add to calendar, session with " + other,
        download=True,
        reload_document=True,
    )
