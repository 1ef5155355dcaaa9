"""Stripe's refusals, in the shape its SDKs understand."""

from typing import Any


class ApiError(Exception):
    """A request that is answered with Stripe's error envelope."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.kind, self.code, self.param = message, status, kind, code, param

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            error["code"] = self.code
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def missing_parameter(param: str) -> ApiError:
    """A parameter that must be there is not."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown_parameter(param: str) -> ApiError:
    """A parameter this endpoint does not have (or that the sandbox does not stand in for)."""
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(kind: str, object_id: str, param: str = "id", *, status: int = 404) -> ApiError:
    """An id that leads nowhere."""
    return ApiError(f"No such {kind}: '{object_id[:200]}'", status=status, code="resource_missing", param=param)
