"""The pages' headers."""

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mentorship.api.headers import page_headers


def test_hashed_files_are_kept_and_pages_are_not_framed() -> None:
    def answer(request: object) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"Referrer-Policy": "no-referrer"})

    site = Starlette(routes=[Route("/", answer), Route("/assets/app-1a2b.js", answer)])
    with TestClient(page_headers(site)) as client:
        page, file, missing = client.get("/"), client.get("/assets/app-1a2b.js"), client.get("/assets/none.js")
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["Referrer-Policy"] == "no-referrer", "what an answer says itself stays"
    assert "Cache-Control" not in page.headers
    assert "immutable" in file.headers["Cache-Control"]
    assert "Cache-Control" not in missing.headers
