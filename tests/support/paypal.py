"""The real PayPal SDK pointed at a sandbox, and a receiver that checks PayPal's webhooks without the sandbox's code."""

import base64
import datetime as dt
import http.server
import json
import threading
import zlib
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.verification import PolicyBuilder, Store
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient


class Pointed(Configuration):
    """The SDK has no setting for its address: this is the one place it asks."""

    def __init__(self, *args: Any, base_url: str, **settings: Any) -> None:
        self._base_url = base_url
        super().__init__(*args, **settings)

    def get_base_uri(self, server: Server = Server.DEFAULT) -> str:
        return self._base_url


def paypal_client(api: str, client_id: str, client_secret: str, timeout: float = 8) -> PaypalServersdkClient:
    """The SDK for the API at `api`."""
    session = requests.Session()
    session.trust_env = False
    return PaypalServersdkClient(
        config=Pointed(
            base_url=api,
            environment=Environment.SANDBOX,
            http_client_instance=session,
            override_http_client_configuration=True,
            timeout=timeout,
            client_credentials_auth_credentials=ClientCredentialsAuthCredentials(
                client_id, client_secret, o_auth_clock_skew=60
            ),
        )
    )


def order_body(**unit: Any) -> dict[str, Any]:
    """An order as the app sends it."""
    return {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "amount": {
                    "currency_code": "EUR",
                    "value": "480.00",
                    "breakdown": {"item_total": {"currency_code": "EUR", "value": "480.00"}},
                },
                "items": [
                    {
                        "name": "Mentorship with Ada: 4 sessions",
                        "quantity": "1",
                        "unit_amount": {"currency_code": "EUR", "value": "480.00"},
                        "category": "DIGITAL_GOODS",
                    }
                ],
                "description": "4 sessions with Ada",
                "custom_id": "attempt_1",
                "invoice_id": "attempt_1",
                **unit,
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": "http://127.0.0.1:9149/checkout/paypal?order=1",
                    "cancel_url": "http://127.0.0.1:9149/checkout/cancel",
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                }
            }
        },
    }


class BadWebhookError(Exception):
    """A webhook that PayPal has not signed."""


class PayPalReceiver:
    """Takes PayPal's webhooks; answers the statuses in `answers` first, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, Message]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((body, self.headers))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def verified(body: bytes, headers: Message, *, root: Path, certs_url: str, webhook_id: str) -> dict[str, Any]:
    """The event in a webhook, once its signature and its certificate are PayPal's (as PayPal documents the check).

    Raises:
        BadWebhookError: something is not.
    """
    address = headers["PAYPAL-CERT-URL"]
    if headers["PAYPAL-AUTH-ALGO"] != "SHA256withRSA" or not address.startswith(f"{certs_url}/"):
        raise BadWebhookError("algorithm or certificate address")
    pem = requests.get(address, timeout=5)
    assert pem.status_code == 200
    leaf, *rest = x509.load_pem_x509_certificates(pem.content)
    trusted = x509.load_pem_x509_certificates(root.read_bytes())
    name = x509.DNSName("messageverificationcerts.sandbox.paypal.com")
    verifier = PolicyBuilder().store(Store(trusted)).time(dt.datetime.now(dt.UTC)).build_server_verifier(name)
    verifier.verify(leaf, rest)
    text = "|".join(
        [headers["PAYPAL-TRANSMISSION-ID"], headers["PAYPAL-TRANSMISSION-TIME"], webhook_id, str(zlib.crc32(body))]
    )
    try:
        leaf.public_key().verify(
            base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"]), text.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except Exception as problem:
        raise BadWebhookError("signature") from problem
    return json.loads(body)


def query_of(address: str) -> dict[str, str]:
    """The query of an address as a dict."""
    return dict(pair.split("=", 1) for pair in urlsplit(address).query.split("&"))


def asked(answer: Any) -> dict[str, Any]:
    """The JSON of an SDK's answer; its models drop what they do not know."""
    return json.loads(answer.text)


def create(client: PaypalServersdkClient, key: str = "create:1", **unit: Any) -> dict[str, Any]:
    """A new order."""
    options = {"body": order_body(**unit), "paypal_request_id": key, "prefer": "return=representation"}
    return asked(client.orders.create_order(options))


def capture(client: PaypalServersdkClient, order_id: str, key: str = "capture:1") -> Any:
    """The SDK's answer to capturing an order."""
    return client.orders.capture_order({"id": order_id, "paypal_request_id": key, "body": {}})


def refund(client: PaypalServersdkClient, capture_id: str, key: str = "refund:1", **body: Any) -> dict[str, Any]:
    """A new refund of a capture."""
    options = {"capture_id": capture_id, "paypal_request_id": key, "body": body, "prefer": "return=representation"}
    return asked(client.payments.refund_captured_payment(options))


def link(thing: dict[str, Any], rel: str) -> str:
    """Where a link of a thing leads."""
    return next(link["href"] for link in thing["links"] if link["rel"] == rel)
