"""What the pieces of the stand-in for Google share."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request

from .google_store import GoogleStore
from .parts import MAX_FORM, SandboxParts, TooLargeError, is_own_form, read_body


@dataclass(frozen=True)
class GoogleParts:
    """The one client that Google knows, where it may be sent back to, and the store."""

    parts: SandboxParts
    store: GoogleStore
    client_id: str
    client_secret: str
    redirect_uri: str

    async def own_form(self, request: Request) -> dict[str, list[str]]:
        """A form of one of our own pages; a name may come several times.

        Raises:
            HTTPException: it comes from another site, or cannot be read.
        """
        if not is_own_form(request.headers):
            raise HTTPException(403, "This form was sent from another site.")
        try:
            body = await read_body(request, MAX_FORM)
            return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
        except TooLargeError:
            raise HTTPException(413, "This form is too large.") from None
        except ValueError:
            raise HTTPException(400, "This form cannot be read.") from None
