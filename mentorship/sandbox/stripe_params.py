"""Reads Stripe's bracket form encoding and checks it against the parameters an endpoint has."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .stripe_errors import ApiError, missing_parameter, unknown_parameter

MAX_FIELDS = 1_000
MAX_DEPTH = 8
LAST_SECOND = 10**11
KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
INTEGER = re.compile(r"-?[0-9]{1,15}")
# Stripe's presentment currencies.
CURRENCIES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf "
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr "
    "ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur "
    "mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr "
    "sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf "
    "yer zar zmw "
)

Value = str | dict[str, Any]
Check = Callable[[str, Value], Any]


def decode(encoded: bytes) -> dict[str, Any]:
    """`a[b][0]=c` becomes {"a": {"b": {"0": "c"}}}; what is a list is only known to the endpoint's checks.

    Raises:
        ApiError: too many fields, too deep, or one name used both as a value and as an object.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise ApiError("Invalid request: too many parameters.") from None
    tree: dict[str, Any] = {}
    for key, value in pairs:
        match = KEY.fullmatch(key)
        steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else [key]
        if len(steps) > MAX_DEPTH:
            raise ApiError("Invalid request: parameters are nested too deeply.", param=steps[0])
        node = tree
        for step in steps[:-1]:
            node = node.setdefault(step or str(len(node)), {})
            if not isinstance(node, dict):
                raise _mixed(steps[0])
        leaf = steps[-1] or str(len(node))
        if isinstance(node.get(leaf), dict):
            raise _mixed(steps[0])
        node[leaf] = value
    return tree


def _mixed(param: str) -> ApiError:
    return ApiError(f"Invalid parameter: {param} is used both as a value and as an object.", param=param)


def check(params: dict[str, Any], required: Mapping[str, Check], optional: Mapping[str, Check]) -> dict[str, Any]:
    """The parameters as values; only what was sent is in the result.

    Raises:
        ApiError: unknown, missing or invalid parameter, in Stripe's words.
    """
    known = {**required, **optional, "expand": array(text(200), at_most=20)}
    return _struct("", params, required, known)


def _struct(
    path: str, value: dict[str, Any], required: Mapping[str, Check], known: Mapping[str, Check]
) -> dict[str, Any]:
    def named(name: str) -> str:
        return f"{path}[{name}]" if path else name

    for name in value:
        if name not in known:
            raise unknown_parameter(named(name)[:200])
    for name in required:
        if name not in value:
            raise missing_parameter(named(name))
    return {name: known[name](named(name), inner) for name, inner in value.items()}


def struct(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these fields."""

    def read(path: str, value: Value) -> Any:
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=path)
        return _struct(path, value, required, {**required, **optional})

    return read


def array(item: Check, *, at_most: int) -> Check:
    """A list, sent as `name[0]=…` or `name[]=…`."""

    def read(path: str, value: Value) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch(r"[0-9]{1,6}", index) for index in value):
            raise ApiError("Invalid array", param=path)
        if len(value) > at_most:
            raise ApiError(f"Array {path} exceeded maximum {at_most} allowed elements.", param=path)
        return [item(f"{path}[{index}]", value[index]) for index in sorted(value, key=int)]

    return read


def text(longest: int) -> Check:
    """A string that is not empty."""

    def read(path: str, value: Value) -> str:
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {path}", param=path)
        if not value:
            raise ApiError(
                f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
                f"however '{path}' cannot be unset.",
                code="parameter_invalid_empty",
                param=path,
            )
        if len(value) > longest:
            raise ApiError(f"Invalid string: {path} must be at most {longest} characters", param=path)
        return value

    return read


def integer(least: int, most: int) -> Check:
    """A whole number within limits, both included."""

    def read(path: str, value: Value) -> int:
        if not isinstance(value, str) or not INTEGER.fullmatch(value):
            raise ApiError(f"Invalid integer: {str(value)[:50]}", code="parameter_invalid_integer", param=path)
        number = int(value)
        if not least <= number <= most:
            raise ApiError(
                f"Invalid integer: {path} must be between {least} and {most}",
                code="parameter_invalid_integer",
                param=path,
            )
        return number

    return read


def created(path: str, value: Value) -> tuple[int, int]:
    """A time of creation, or a range of them by `gt`, `gte`, `lt` and `lte`; the first and the last second."""
    second = integer(0, LAST_SECOND)
    if isinstance(value, str):
        return (second(path, value),) * 2
    given = struct({}, dict.fromkeys(("gt", "gte", "lt", "lte"), second))(path, value)
    first = max(given.get("gte", 0), given.get("gt", -1) + 1)
    return first, min(given.get("lte", LAST_SECOND), given.get("lt", LAST_SECOND + 1) - 1)


def boolean(path: str, value: Value) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {str(value)[:50]}", param=path)
    return value == "true"


def choice(*allowed: str) -> Check:
    """One of the documented words."""

    def read(path: str, value: Value) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ApiError(f"Invalid {path}: must be one of {', '.join(allowed)}", param=path)
        return value

    return read


def currency(path: str, value: Value) -> str:
    """A three-letter code, in any case; the result is in lower case as Stripe answers it."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{3}", value.lower()) or value.lower() not in CURRENCIES:
        raise ApiError(f"Invalid currency: {str(value)[:20]}", param=path)
    return value.lower()


def web_address(path: str, value: Value) -> str:
    """An absolute http(s) address."""
    address = str(text(5_000)(path, value))
    try:
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid or not address.isprintable() or " " in address:
        raise ApiError("Not a valid URL", code="url_invalid", param=path)
    return address


def metadata(path: str, value: Value) -> dict[str, str]:
    """Up to 50 short keys with values of up to 500 characters; an empty value means the key is not set."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise ApiError("Invalid object", param=path)
    if len(value) > 50:
        raise ApiError("Metadata can have at most 50 keys.", param=path)
    for key, inner in value.items():
        if len(key) > 40 or not isinstance(inner, str) or len(inner) > 500:
            raise ApiError(
                "Metadata keys must be at most 40 and values at most 500 characters.", param=f"{path}[{key[:40]}]"
            )
    return {key: inner for key, inner in value.items() if inner}
