"""Interim."""

from fastapi import FastAPI

from mentorship.services.context import Dependencies


def create_api(deps: Dependencies) -> FastAPI:
    return FastAPI()
