"""The privacy page: what is stored, why, and who sees it."""

import reflex as rx

from mentorship.components.layout import page_heading
from mentorship.components.prose import chapter
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth

ON_LOAD = [Auth.load]


def page() -> rx.Component:
    """What is stored, in plain words."""
    return shell(
        page_heading("Privacy", "What is stored about you, why, and who can see it."),
        chapter(
            "Your account",
            "Your name, your e-mail address, your time zone and a protected form of your password, from which the "
            "password cannot be read back. We need them to sign you in, to show times in your zone and to write to you "
            "about your own sessions and seats.",
        ),
        chapter(
            "Payments",
            "You pay on the payment provider's own page. We never see a card number. We keep the order, its amount and "
            "the provider's reference, because bookkeeping and refunds need them.",
        ),
        chapter(
            "Sessions and credits",
            "When a session takes place, how it ended, the mentor's notes and a link to a recording where the mentor "
            "added one. Your mentor sees what belongs to your sessions with them, and nothing of other mentors. "
            "Administrators can see it all in order to help.",
        ),
        chapter(
            "A record of changes",
            "Each change of money, seats, credits and roles is written down with who made it and when. This protects "
            "you and us, and is not used for anything else.",
        ),
        chapter(
            "Cookies and other companies",
            "One cookie keeps you signed in, for two weeks at most; scripts cannot read it. Your "
            "choice of light or dark stays in your browser. There is no advertising, no tracking and no analytics; "
            "fonts and pictures come from this site itself.",
        ),
    )
