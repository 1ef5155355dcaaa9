"""The decorator that makes a function a use case: who may call it, what it accepts, and how it is tried again."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from mentorship.db.engine import tries
from mentorship.db.unit_of_work import TransientConflict
from mentorship.domain.actors import Access, may
from mentorship.domain.errors import ConflictInStorage, InvalidInput, NotAllowed, SignInRequired
from mentorship.services.context import Context

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class UseCase:
    """A registered use case: its name, who may knock, and the function."""

    name: str
    access: Access
    function: Callable[..., Any]


REGISTRY: dict[str, UseCase] = {}


def use_case(
    access: Access,
) -> Callable[[Callable[Concatenate[Context, P], R]], Callable[Concatenate[Context, P], R]]:
    """Register ``verb_noun(ctx, *, …)`` and guard it.

    Arguments are parsed by their annotations, so every door may pass what it was given. A transaction that lost
    against another runs again from the start, as long as nothing has been committed yet.

    Raises (from the decorated function):
        SignInRequired: nobody is signed in.
        NotAllowed: this role may not call it.
        InvalidInput: an argument is missing, unknown or of the wrong form.
        ConflictInStorage: every try lost.
    """

    def decorate(function: Callable[Concatenate[Context, P], R]) -> Callable[Concatenate[Context, P], R]:
        arguments = _model(function)

        @functools.wraps(function)
        def guarded(ctx: Context, *args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError("a use case takes named arguments only")
            if not may(ctx.actor, access):
                raise NotAllowed() if ctx.actor.is_signed_in else SignInRequired()
            parsed = _parse(arguments, kwargs)
            for _ in tries():
                try:
                    return function(ctx, **parsed)  # type: ignore[call-arg]
                except TransientConflict as conflict:
                    if ctx.commits:
                        raise ConflictInStorage() from conflict
            raise ConflictInStorage()

        REGISTRY[function.__name__] = UseCase(function.__name__, access, guarded)
        return guarded  # type: ignore[return-value]

    return decorate


def _model(function: Callable[..., Any]) -> type[BaseModel]:
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    fields: dict[str, Any] = {
        p.name: (p.annotation, ... if p.default is inspect.Parameter.empty else p.default) for p in parameters
    }
    return create_model(
        function.__name__, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields
    )


def _parse(model: type[BaseModel], arguments: dict[str, Any]) -> dict[str, Any]:
    try:
        parsed = model.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "request"
        raise InvalidInput(f"{place}: {first['msg']}.") from None
    return {name: getattr(parsed, name) for name in model.model_fields}
