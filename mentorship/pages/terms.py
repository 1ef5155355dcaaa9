"""The terms: what a student buys, and the rules that the product itself follows."""

import reflex as rx

from mentorship.components.layout import page_heading
from mentorship.components.prose import chapter
from mentorship.domain.policy import Policy, hours_text
from mentorship.domain.terms import TERMS_VERSION
from mentorship.pages.shell import shell
from mentorship.state.auth import Auth

ON_LOAD = [Auth.load]
RULES = Policy()


def page() -> rx.Component:
    """The rules in plain words; their numbers are those that the product comes with."""
    notice, grace = hours_text(RULES.change_notice), hours_text(RULES.grace)
    hold, window = hours_text(RULES.checkout_hold), RULES.correction_window.days
    return shell(
        page_heading(
            "Terms",
            "What you buy here, and the rules we both keep. Your mentor may set other numbers where "
            f"it says so; the pages then show theirs. Version {TERMS_VERSION}.",
        ),
        chapter(
            "A pack, paid once",
            "You buy a pack of one-to-one sessions with one mentor. You pay once, on the payment provider's own page. "
            "There is no subscription, nothing renews by itself, and we keep no card.",
            "A pack says how many sessions it has, how long each is and until when they can be booked. A session that "
            "is booked before the pack ends still takes place.",
        ),
        chapter(
            "Your seat",
            "Each mentor has a limited number of seats. You have one seat with a mentor, however many packs you hold. "
            f"While you pay, the seat is held for you for {hold}; if you do not pay, it goes to the "
            "waitlist or back on sale.",
            f"After your last session the seat is kept for {grace}. Renew in that time and you keep it; otherwise it "
            "goes to the waitlist or back on sale. A mentor may set another length, and may release a seat with a "
            "written reason, which you are told.",
        ),
        chapter(
            "Moving and canceling",
            f"You can move a session up to {RULES.max_reschedules} times, and cancel it, until {notice} before it "
            "begins. Then your credit comes back. If you cancel later, or do not come, the credit is used, unless the "
            "mentor waives it.",
            "When the mentor cancels, your credit always comes back.",
            f"For {window} days after a session, the mentor can correct its outcome or give its credit back.",
        ),
        chapter(
            "Refunds",
            "A refund covers the sessions you have not used: their share of what you paid, rounded to the cent. "
            "Before a refund is made, you are shown exactly that amount. With a full refund your seat is given up and "
            "sessions still to come are canceled.",
            "If a payment arrives after the last seat was taken, it is refunded in full without you asking.",
        ),
        chapter(
            "The ledger",
            "Every credit that is granted, booked, used or returned is a line in your pack's ledger, which you and "
            "your mentor can read at any time. The ledger is what counts.",
        ),
    )
