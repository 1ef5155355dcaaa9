"""One page with a counter that the server keeps."""

import reflex as rx


class Counter(rx.State):
    """Counts clicks."""

    count: int = 0

    @rx.event
    def bump(self):
        """One more."""
        self.count += 1


def page() -> rx.Component:
    """A heading, a button and the number."""
    return rx.el.main(
        rx.el.h1("A plain page", class_name="text-2xl"),
        rx.el.button("Count", on_click=Counter.bump, id="click"),
        rx.el.p(Counter.count, id="count"),
        class_name="p-8",
    )


app = rx.App(theme=None)
app.add_page(page, route="/")
