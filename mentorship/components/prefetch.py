"""Fetching the code of the page that most readers open next, while this one is still getting ready."""

import reflex as rx


class PrefetchPageLinks(rx.Component):
    """React Router's own: asks for the code of the page at a path, and of nothing else."""

    library = "react-router"
    tag = "PrefetchPageLinks"

    page: rx.Var[str]


def prefetch(path: str) -> rx.Component:
    """Have the code of the page at this path at hand; of a page with a dynamic part, any path will do."""
    return PrefetchPageLinks.create(page=path)
