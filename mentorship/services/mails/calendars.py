"""Letters about a mentor's own calendar."""

from mentorship.domain.calendars import ConnectionState, WhenUnread
from mentorship.services.mails.letter import Button, Fact, Letter, Notice


def calendar_lost(notice: Notice) -> Letter | None:
    """To the mentor: Google does not let us use the calendar any more. Silent once it is connected again."""
    connection = notice.uow.calendars.connection(notice.id("mentor_id"))
    if connection is None or connection.state != ConnectionState.REVOKED.value:
        return None
    stops = connection.when_unread == WhenUnread.STOP.value
    meanwhile = (
        "As you chose, no time of yours is offered until you connect it again."
        if stops
        else "Students can still book your weekly hours, also where your own calendar has something by now."
    )
    return Letter(
        subject="Your calendar is not connected any more",
        preview="Connect it again, so that your own appointments count.",
        heading="Connect your calendar again",
        lines=[
            "Google does not let us use your calendar any more. You may have withdrawn our access, or changed your "
            "password.",
            meanwhile,
        ],
        facts=[Fact("Calendar of", connection.account)],
        button=Button("Connect it again", notice.url("/instructor/calendar/google")),
        after=["Sessions that are booked take place; new and moved ones do not reach your calendar until then."],
    )
