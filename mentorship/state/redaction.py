"""Keeps what came with a socket out of the log.

Reflex logs an event that it cannot hand on with everything that belongs to it, also the request's headers and with
them the sign-in cookie. It happens to honest tabs too, right after a release that renamed a handler.
"""

import logging
import re

LOGGER = "reflex_base.event.processor.event_processor"
LONGEST = 200
_REST = re.compile(r", (router_data|payload)=.*", re.DOTALL)


class RedactEvents(logging.Filter):
    """Cuts an event in a log line down to its name; for an unknown handler the line is a warning without a trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place and let it through."""
        message = record.getMessage()
        if "Event(name=" in message:
            before, _, event = message.partition("Event(name=")
            record.msg, record.args = f"{before}Event(name={_REST.sub('', event)[:LONGEST]}…)", ()
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, KeyError) and "No registered handler" in str(error):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def redact_event_logs() -> None:
    """Put the filter on Reflex's logger; doing it twice changes nothing."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(f, RedactEvents) for f in logger.filters):
        logger.addFilter(RedactEvents())
