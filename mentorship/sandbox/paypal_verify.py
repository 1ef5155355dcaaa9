"""PayPal's own answer to the question whether it has signed a webhook."""

import base64
import binascii
import json
import re
from typing import Any

from . import paypal_params as params
from .paypal_errors import refused
from .paypal_keys import ALGORITHM, PayPalKeys, signed_text
from .store import Json

VERIFY = params.struct(
    {
        "auth_algo": params.text(100, "[a-zA-Z0-9]+"),
        "cert_url": params.text(500),
        "transmission_id": params.text(50),
        "transmission_sig": params.text(500),
        "transmission_time": params.text(100),
        "webhook_id": params.text(50, "[a-zA-Z0-9]+"),
    },
    {},
)


def verify_signature(keys: PayPalKeys, certs_url: str, webhook_id: str, body: bytes) -> Json:
    """SUCCESS or FAILURE for a posted webhook with its headers; the event is taken byte by byte as it was posted.

    Raises:
        Refusal: the request lacks something or cannot be read.
    """
    request = params.decode(body)
    checked = VERIFY("", request)
    if not isinstance(request.get("webhook_event"), dict):
        raise refused("MISSING_REQUIRED_PARAMETER", "/webhook_event")
    try:
        signature = base64.b64decode(checked["transmission_sig"], validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    genuine = (
        checked["auth_algo"] == ALGORITHM
        and checked["cert_url"] == f"{certs_url}/{keys.name}"
        and checked["webhook_id"] == webhook_id
        and any(
            keys.has_signed(
                signature, signed_text(checked["transmission_id"], checked["transmission_time"], webhook_id, event)
            )
            for event in _events_in(body.decode(), request["webhook_event"])
        )
    )
    return {"verification_status": "SUCCESS" if genuine else "FAILURE"}


def _events_in(text: str, event: Any) -> list[bytes]:
    """The places in a request where the event is written, as bytes."""
    reader, found = json.JSONDecoder(), []
    for match in re.finditer(r'"webhook_event"\s*:\s*', text):
        try:
            value, end = reader.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if value == event:
            found.append(text[match.end() : end].encode())
    return found
