"""A plain Reflex app to compare with: one page, one counter."""

import os

import reflex as rx

config = rx.Config(
    app_name="blank",
    frontend_port=int(os.environ["PORT"]),
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[rx.plugins.TailwindV4Plugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
