"""Processes to kill: forked from one that has imported everything, so that each starts in a moment."""

import multiprocessing

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "mentorship.gateways.durable_jobs",
        "mentorship.gateways.live",
        "mentorship.gateways.clocks",
        "mentorship.jobs.clockwork",
        "mentorship.jobs.work",
        "mentorship.services.bookings",
        "mentorship.services.checkout",
        "psycopg",
    ]
)
