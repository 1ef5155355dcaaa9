"""Letters to admins about the payment providers themselves."""

from mentorship.services.mails.letter import Button, Fact, Letter, Notice
from mentorship.services.texts import provider_name


def provider_locked_out(notice: Notice) -> Letter:
    """To an admin: a provider does not accept our keys, what that stops, and what to do."""
    provider = provider_name(notice.data["provider"])
    return Letter(
        subject=f"{provider} does not accept our keys",
        preview="Nobody can pay that way until they are right.",
        heading=f"{provider} does not accept our keys",
        lines=[
            f"{provider} refused a request because of its keys. Until they are right, nobody can pay that way, and "
            "refunds and payments there wait. Nothing is lost: all of it is tried again by itself.",
            "Keys are refused when they have been replaced, have been withdrawn, or may not do what is asked. The new "
            "ones go into the settings of this installation, which is then started again.",
        ],
        facts=[Fact("Provider", provider)],
        button=Button("Look at what waits", notice.url("/admin")),
        after=["You are told once a day for as long as this lasts."],
    )
