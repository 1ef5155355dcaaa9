"""The pages, one module each, and the one place that says which route each has."""

import reflex as rx

from mentorship.pages import (
    calendar,
    checkout,
    dashboard,
    mentor,
    mentors,
    pack,
    sessions,
    settings,
    sign_in,
    storefront,
    success,
)


def add_pages(app: rx.App) -> None:
    """Add every page to the app."""
    app.add_page(storefront.page, route="/", title="Mentorship", on_load=storefront.ON_LOAD)
    app.add_page(mentors.page, route="/mentors", title="Mentors · Mentorship", on_load=mentors.ON_LOAD)
    app.add_page(mentor.page, route="/mentors/[slug]", title="Mentor · Mentorship", on_load=mentor.ON_LOAD)
    app.add_page(sign_in.sign_in, route="/sign-in", title="Sign in · Mentorship", on_load=sign_in.ON_LOAD)
    app.add_page(sign_in.sign_up, route="/sign-up", title="Create your account · Mentorship", on_load=sign_in.ON_LOAD)
    app.add_page(checkout.page, route="/checkout", title="Checkout · Mentorship", on_load=checkout.ON_LOAD)
    app.add_page(success.page, route="/checkout/success", title="Your order · Mentorship", on_load=success.ON_LOAD)
    app.add_page(dashboard.page, route="/dashboard", title="Home · Mentorship", on_load=dashboard.ON_LOAD)
    app.add_page(calendar.page, route="/calendar", title="Calendar · Mentorship", on_load=calendar.ON_LOAD)
    app.add_page(sessions.page, route="/sessions", title="Sessions · Mentorship", on_load=sessions.ON_LOAD)
    app.add_page(pack.page, route="/packs/[pack_id]", title="Pack · Mentorship", on_load=pack.ON_LOAD)
    app.add_page(settings.page, route="/settings", title="Settings · Mentorship", on_load=settings.ON_LOAD)
