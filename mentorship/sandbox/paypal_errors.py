"""PayPal's refusals, in the shape its SDKs understand."""

import secrets
from typing import Any

MESSAGES = {
    400: ("INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema."),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication credentials.",
    ),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    405: ("METHOD_NOT_SUPPORTED", "The server does not implement the requested HTTP method."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    413: ("REQUEST_ENTITY_TOO_LARGE", "The request body is too large."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The server does not support the request payload's media type."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
}
ISSUES = {
    # 400: the request cannot be read
    "INVALID_PARAMETER_SYNTAX": (400, "The value of a field does not conform to the expected format."),
    "INVALID_PARAMETER_VALUE": (400, "A parameter value is not valid."),
    "INVALID_STRING_LENGTH": (400, "The value of a field is either too short or too long"),
    "INVALID_ARRAY_MAX_ITEMS": (400, "The number of items in an array parameter is too large."),
    "INVALID_ARRAY_MIN_ITEMS": (400, "The number of items in an array parameter is too small."),
    "MALFORMED_REQUEST_JSON": (400, "The request JSON is not well formed."),
    "MISSING_REQUIRED_PARAMETER": (400, "A required parameter is missing."),
    "PAYPAL_REQUEST_ID_REQUIRED": (
        400,
        "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a "
        "PayPal-Request-Id or Create the Order without a 'payment_source' specified.",
    ),
    "INVALID_RESOURCE_ID": (
        404,
        "Specified resource ID does not exist. Please check the resource ID and try again.",
    ),
    "PREVIOUS_REQUEST_IN_PROGRESS": (
        409,
        "A previous request on this resource is currently in progress. Please wait for sometime and try again. It is "
        "best to space out the initial and the subsequent request(s) to avoid receiving this error.",
    ),
    # 422: an order that makes no sense
    "AMOUNT_MISMATCH": (
        422,
        "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount.",
    ),
    "CANNOT_BE_NEGATIVE": (
        422,
        "Must be greater than or equal to 0. If the currency supports decimals, only two decimal place precision is "
        "supported.",
    ),
    "CANNOT_BE_ZERO_OR_NEGATIVE": (
        422,
        "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.",
    ),
    "DECIMAL_PRECISION": (
        422,
        "If the currency supports decimals, only two decimal place precision is supported.",
    ),
    "INVALID_CURRENCY_CODE": (
        422,
        "Currency code is invalid or is not currently supported. Please refer "
        "https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported currency codes.",
    ),
    "ITEM_TOTAL_MISMATCH": (
        422,
        "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit.",
    ),
    "ITEM_TOTAL_REQUIRED": (
        422,
        "If item details are specified (items.unit_amount and items.quantity) corresponding "
        "amount.breakdown.item_total is required.",
    ),
    "MAX_VALUE_EXCEEDED": (422, "Should be less than or equal to 999999999999999.99."),
    "MULTI_CURRENCY_ORDER": (
        422,
        "Multiple differing values of currency_code are not supported. Entire Order request must have the same "
        "currency_code.",
    ),
    # 422: a capture that cannot be
    "DUPLICATE_INVOICE_ID": (
        422,
        "Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that "
        "Invoice Id be unique for each transaction.",
    ),
    "INSTRUMENT_DECLINED": (
        422,
        "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
    ),
    "ORDER_ALREADY_CAPTURED": (
        422,
        "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
    ),
    "ORDER_NOT_APPROVED": (
        422,
        "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url "
        "returned as part of the HATEOAS links within the Create Order call or provide a valid `payment_source` in the "
        "request.",
    ),
    # 422: a refund that cannot be
    "CAPTURE_FULLY_REFUNDED": (422, "The capture has already been fully refunded"),
    "PENDING_CAPTURE": (
        422,
        "Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded "
        "the transaction using e-check/bank funded.",
    ),
    "REFUND_AMOUNT_EXCEEDED": (
        422,
        "The refund amount must be less than or equal to the capture amount that has not yet been refunded.",
    ),
    "REFUND_CAPTURE_CURRENCY_MISMATCH": (422, "Refund must be in the same currency as the capture"),
    "REFUND_NOT_ALLOWED": (422, "Capture cannot be refunded."),
    "TRANSACTION_DISPUTED": (
        422,
        "Partial refunds cannot be offered at this time because there is an open case on this transaction. Visit the "
        "PayPal Resolution Center to review this case.",
    ),
}


class Refusal(Exception):
    """A request that is answered with PayPal's error envelope; `links` are offered beside the usual one."""

    def __init__(
        self, status: int, details: list[dict[str, str]] | None = None, links: list[dict[str, str]] | None = None
    ) -> None:
        self.status, self.details, self.links = status, details or [], links or []
        super().__init__(self.details[0]["description"] if self.details else MESSAGES[status][1])

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        name, message = MESSAGES[self.status]
        docs = "https://developer.paypal.com/api/rest/responses/"
        return {
            "name": name,
            "message": message,
            "debug_id": secrets.token_hex(7)[:13],
            "details": self.details,
            "links": [{"href": docs, "rel": "information_link", "method": "GET"}, *self.links],
        }


def refused(
    issue: str,
    field: str = "",
    value: str | None = None,
    *,
    location: str = "body",
    links: list[dict[str, str]] | None = None,
) -> Refusal:
    """The refusal for one issue; `field` is the JSON pointer of what it is about."""
    status, description = ISSUES[issue]
    detail = {"issue": issue, "description": description}
    if field:
        detail |= {"field": field, "location": location}
    if value is not None:
        detail["value"] = value[:200]
    return Refusal(status, [detail], links)


def no_such(field: str, object_id: str) -> Refusal:
    """An id in a path that leads nowhere."""
    return refused("INVALID_RESOURCE_ID", field, object_id, location="path")
