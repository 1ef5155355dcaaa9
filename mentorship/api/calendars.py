"""The way back from Google's consent page. It changes something although it is a GET: the state makes that safe."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Security
from fastapi.responses import RedirectResponse

from mentorship.api.actor import SESSION, Caller
from mentorship.api.problems import refusals
from mentorship.domain.errors import ConsentIncomplete, DomainError, NotAllowed, SignInRequired
from mentorship.services.calendars import finish_connecting

router = APIRouter(prefix="/api/calendars", tags=["calendars"])
PAGE = "/instructor/calendar/google"
Text = Annotated[str, Query(max_length=2048)]


@router.get(
    "/google/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {"description": "To the calendar's page, with what came of it; who is signed out signs in first"},
        **refusals(NotAllowed),
    },
    dependencies=[Security(SESSION)],
)
def google_callback(ctx: Caller, state: Text = "", code: Text = "", error: Text = "") -> RedirectResponse:
    """Take what Google's consent page answered, then back to the calendar's page. For mentors.

    A person comes here by a browser, so who is signed out is led to sign in and is told there to connect again. The
    state is not used up by that, and its code goes no further.
    """
    if not ctx.actor.is_signed_in:
        page = f"{PAGE}?{urlencode({'refused': SignInRequired.code})}"
        return RedirectResponse(f"{ctx.site.public_url}/sign-in?{urlencode({'next': page})}", 303)
    try:
        finish_connecting(ctx, state=state, code=code, error=error)
    except NotAllowed:
        raise
    except DomainError as refusal:
        said = [("refused", refusal.code)]
        if isinstance(refusal, ConsentIncomplete):
            said.append(("boxes", " ".join(refusal.missing)))
    else:
        said = [("said", "connected")]
    return RedirectResponse(f"{ctx.site.public_url}{PAGE}?{urlencode(said)}", 303)
