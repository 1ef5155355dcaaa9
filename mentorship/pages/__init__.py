"""The pages, one module each, and the one place that says which route each has."""

from typing import Any

import reflex as rx

from mentorship.pages import (
    admin,
    admin_disputes,
    admin_event,
    admin_inbox,
    admin_order,
    admin_orders,
    admin_promotions,
    admin_reconciliation,
    admin_refunds,
    calendar,
    checkout,
    dashboard,
    instructor_agenda,
    instructor_availability,
    instructor_calendar_settings,
    instructor_dashboard,
    instructor_earnings,
    instructor_sessions,
    instructor_students,
    mentor,
    mentors,
    not_found,
    orders,
    pack,
    plan,
    privacy,
    receipt,
    sessions,
    settings,
    sign_in,
    storefront,
    success,
    terms,
)


def add_pages(app: rx.App) -> None:
    """Add every page to the app."""
    app.add_page(storefront.page, route="/", title="Mentorship", on_load=storefront.ON_LOAD)
    _add(app, "/mentors", "Mentors", mentors)
    _add(app, "/mentors/[slug]", "Mentor", mentor)
    _add(app, "/sign-in", "Sign in", sign_in, page=sign_in.sign_in)
    _add(app, "/sign-up", "Create your account", sign_in, page=sign_in.sign_up)
    _add(app, "/checkout", "Checkout", checkout)
    _add(app, "/checkout/success", "Your order", success)
    _add(app, "/dashboard", "Home", dashboard)
    _add(app, "/calendar", "Calendar", calendar)
    _add(app, plan.PATH, "Plan a pack", plan)
    _add(app, "/sessions", "Sessions", sessions)
    _add(app, "/packs/[pack_id]", "Pack", pack)
    _add(app, "/orders", "Orders", orders)
    _add(app, "/receipts/[number]", "Receipt", receipt)
    _add(app, "/settings", "Settings", settings)
    _add(app, "/instructor/dashboard", "Your desk", instructor_dashboard)
    _add(app, instructor_agenda.PATH, "Calendar", instructor_agenda)
    _add(app, instructor_availability.PATH, "Availability", instructor_availability)
    _add(app, instructor_calendar_settings.PATH, "Google Calendar", instructor_calendar_settings)
    _add(app, "/instructor/sessions", "Sessions", instructor_sessions)
    _add(app, "/instructor/students", "Students", instructor_students)
    _add(app, "/instructor/earnings", "Earnings", instructor_earnings)
    _add(app, "/admin", "Overview", admin)
    _add(app, "/admin/orders", "Orders", admin_orders)
    _add(app, "/admin/orders/[order_id]", "Order", admin_order)
    _add(app, "/admin/inbox", "Deliveries", admin_inbox)
    _add(app, "/admin/inbox/[event_id]", "Delivery", admin_event)
    _add(app, "/admin/reconciliation", "Reconciliation", admin_reconciliation)
    _add(app, "/admin/refunds", "Refunds", admin_refunds)
    _add(app, "/admin/disputes", "Disputes", admin_disputes)
    _add(app, "/admin/promotions", "Promotions", admin_promotions)
    _add(app, "/terms", "Terms", terms)
    _add(app, "/privacy", "Privacy", privacy)
    _add(app, "/404", "There is no page here", not_found)


def _add(app: rx.App, route: str, title: str, module: Any, *, page: Any = None) -> None:
    app.add_page(page or module.page, route=route, title=f"{title} · Mentorship", on_load=module.ON_LOAD)
