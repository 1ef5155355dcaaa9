"""The least that can acknowledge a delivery: check its HMAC, insert one row, answer. Served by granian."""

import hashlib
import hmac
import os
import threading
import time
from uuid import uuid4

from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.engines import connect_postgres, connect_sqlite

_URL = os.environ["DATABASE_URL"]
_SECRET = os.environ["WEBHOOK_SECRET"].encode()
_IS_SQLITE = make_url(_URL).get_backend_name() == "sqlite"
_mark = "?" if _IS_SQLITE else "%s"
_INSERT = f"INSERT INTO bare_deliveries (id, raw) VALUES ({_mark}, {_mark})"
_kept = threading.local()
_writer = threading.Lock()


def _store(raw: str) -> None:
    if not hasattr(_kept, "connection"):
        _kept.connection = connect_sqlite(_URL) if _IS_SQLITE else connect_postgres(_URL)
    if _IS_SQLITE:
        with _writer:
            _kept.connection.execute(_INSERT, (uuid4().hex, raw))
    else:
        _kept.connection.execute(_INSERT, (uuid4(), raw))
        _kept.connection.commit()


async def take(request: Request) -> JSONResponse:
    """Take one delivery."""
    payload = await request.body()
    at, _, given = request.headers["stripe-signature"].partition(",v1=")
    wanted = hmac.new(_SECRET, at.removeprefix("t=").encode() + b"." + payload, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, given) or time.time() - int(at.removeprefix("t=")) > 300:
        return JSONResponse({}, 400)
    await run_in_threadpool(_store, payload.decode())
    return JSONResponse({"outcome": "received"})


def app() -> Starlette:
    """A factory, as the product's app has one."""
    return Starlette(routes=[Route("/api/webhooks/stripe", take, methods=["POST"])])
