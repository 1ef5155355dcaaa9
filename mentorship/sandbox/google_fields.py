"""Google's partial answers: `fields=nextSyncToken,items(id,start/dateTime)` keeps just that."""

from typing import Any

Mask = dict[str, "Mask"]
"""The names to keep, each with what to keep below it; nothing below means everything."""


def only_fields(answer: Any, fields: str) -> Any:
    """The part of an answer that a `fields` parameter asks for."""
    mask, _ = _parse(fields, 0)
    return _keep(answer, mask)


def _parse(text: str, at: int) -> tuple[Mask, int]:
    mask: Mask = {}
    path, name = [mask], ""
    while at < len(text) and text[at] != ")":
        letter = text[at]
        if letter == "(":
            below, at = _parse(text, at + 1)
            path[-1].setdefault(name, {}).update(below)
            name = ""
        elif letter == "/":
            path.append(path[-1].setdefault(name, {}))
            name = ""
        elif letter == ",":
            if name:
                path[-1].setdefault(name, {})
            path, name = [mask], ""
        else:
            name += letter
        at += 1
    if name:
        path[-1].setdefault(name, {})
    return mask, at


def _keep(value: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [_keep(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _keep(value[name], below) for name, below in mask.items() if name in value}
