"""The pages, one module each, and the one place that says which route each has."""

from typing import Any

import reflex as rx

from mentorship.pages import (
    admin,
    checkout,
    instructor_dashboard,
    instructor_sessions,
    instructor_students,
    mentor,
    mentors,
    not_found,
    privacy,
    sign_in,
    storefront,
    success,
    terms,
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
    _add(app, "/instructor/dashboard", "Your desk", instructor_dashboard)
    _add(app, "/instructor/sessions", "Sessions", instructor_sessions)
    _add(app, "/instructor/students", "Students", instructor_students)
    _add(app, "/admin", "Overview", admin)
    _add(app, "/terms", "Terms", terms)
    _add(app, "/privacy", "Privacy", privacy)
    _add(app, "/404", "There is no page here", not_found)


def _add(app: rx.App, route: str, title: str, module: Any) -> None:
    app.add_page(module.page, route=route, title=f"{title} · Mentorship", on_load=module.ON_LOAD)
