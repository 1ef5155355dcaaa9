"""A second opinion on Google Calendar: the discovery document that ships inside Google's own client.

Every request and answer that passes is held against it: paths, query parameters, bodies, formats, and the scopes of
the token. The stand-in's author and this document agree only by being right.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import googleapiclient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "calendar.v3.json"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "number": (int, float)}


class Witness:
    """Pure ASGI in front of the stand-in; `violations` says what was not as documented."""

    def __init__(self, app: ASGIApp, base: str, scopes_of: Callable[[str], frozenset[str]]) -> None:
        self._app, self._base, self._scopes_of = app, base, scopes_of
        self._document = json.loads(_DOCUMENT.read_text())
        self._methods = list(_methods(self._document))
        self.violations: list[str] = []
        self.calls: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._base):
            await self._app(scope, receive, send)
            return
        body, answer, status = bytearray(), bytearray(), [0]

        async def reading() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def writing(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            answer.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, reading, writing)
        self._judge(scope, bytes(body), status[0], bytes(answer))

    def _judge(self, scope: Scope, body: bytes, status: int, answer: bytes) -> None:
        raw = scope.get("raw_path") or scope["path"].encode()
        path = raw.decode().partition("?")[0].removeprefix(self._base).lstrip("/")
        fits = ((n, m) for n, verb, shape, m in self._methods if verb == scope["method"] and shape.fullmatch(path))
        found = next(fits, None)
        if found is None:
            self.violations.append(f"there is no {scope['method']} {path}")
            return
        name, method = found
        for problem in self._problems(scope, method, body, status, answer):
            self.violations.append(f"{name}: {problem}")
        # Last: who waits for a call finds it judged.
        self.calls.append(f"{name} {status}")

    def _problems(self, scope: Scope, method: Any, body: bytes, status: int, answer: bytes) -> Iterator[str]:
        known = {**self._document["parameters"], **method.get("parameters", {})}
        for key, value in parse_qsl(scope["query_string"].decode(), keep_blank_values=True):
            yield from [f"unknown parameter {key}"] if key not in known else _parameter(key, value, known[key])
        header = dict(scope["headers"]).get(b"authorization", b"").decode()
        scopes = self._scopes_of(header.removeprefix("Bearer "))
        if scopes and not scopes & set(method["scopes"]):
            yield f"not allowed by {sorted(scopes)}"
        if "request" in method:
            yield from self._value(json.loads(body), method["request"], "body", nulls=scope["method"] == "PATCH")
        elif body:
            yield "a body where none belongs"
        if status >= 400:
            error = json.loads(answer)["error"]
            if error["code"] != status or not error["errors"][0]["reason"]:
                yield f"an error document that says {error}"
        elif "response" in method:
            yield from self._value(json.loads(answer), method["response"], "answer")
        elif answer or status != 204:
            yield f"an answer where none belongs ({status})"

    def _value(self, value: Any, schema: Any, place: str, *, nulls: bool = False) -> Iterator[str]:
        schema = self._document["schemas"][schema["$ref"]] if "$ref" in schema else schema
        kind = schema.get("type", "object")
        if value is None and nulls:
            return
        if kind != "any" and (not isinstance(value, _TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
            yield f"{place} is {value!r}, not of type {kind}"
            return
        if kind == "string":
            yield from _format(place, value, schema)
        for index, item in enumerate(value if kind == "array" else ()):
            yield from self._value(item, schema["items"], f"{place}[{index}]", nulls=nulls)
        for key, item in value.items() if kind == "object" else ():
            below = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            if below is None:
                yield f"{place} has an unknown field {key}"
            else:
                yield from self._value(item, below, f"{place}.{key}", nulls=nulls)


def _methods(resources: Any) -> Iterator[tuple[str, str, re.Pattern[str], Any]]:
    for resource in resources.get("resources", {}).values():
        for method in resource.get("methods", {}).values():
            shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(method["path"]))
            yield method["id"], method["httpMethod"], re.compile(shape), method
        yield from _methods(resource)


def _parameter(name: str, text: str, schema: Any) -> Iterator[str]:
    kind = schema["type"]
    if kind == "boolean" and text not in ("true", "false"):
        yield f"{name}={text} is no boolean"
    if kind == "integer":
        if not text.lstrip("-").isdigit():
            yield f"{name}={text} is no integer"
        elif not int(schema.get("minimum", text)) <= int(text) <= int(schema.get("maximum", text)):
            yield f"{name}={text} is out of range"
    if "enum" in schema and text not in schema["enum"]:
        yield f"{name}={text} is none of {schema['enum']}"
    yield from _format(name, text, schema)


def _format(place: str, text: str, schema: Any) -> Iterator[str]:
    try:
        if schema.get("format") == "date-time" and (not _MOMENT.fullmatch(text) or not datetime.fromisoformat(text)):
            yield f"{place} is {text}, not an instant"
        if schema.get("format") == "date":
            date.fromisoformat(text)
        if schema.get("format") in ("int64", "uint64"):
            int(text)
    except ValueError:
        yield f"{place} is {text}, not of format {schema['format']}"
