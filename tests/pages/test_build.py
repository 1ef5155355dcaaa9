"""What the production build ships: no foreign stylesheet, no flash, and a light first page."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

PUBLIC_PAGE_BUDGET = 220_000


@pytest.fixture(scope="module")
def build(site_build: Path) -> Path:
    return site_build


def styles(build: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in build.glob("assets/*.css"))


def test_the_stylesheet_is_ours_alone(build: Path) -> None:
    css = styles(build)
    assert "--surface:" in css
    assert ".bg-accent" in css
    for foreign in (".rt-", ".radix-themes", "data-accent-color", "@tailwind", "@theme"):
        assert foreign not in css


def test_no_script_brings_radix_themes_or_a_toaster(build: Path) -> None:
    for script in build.glob("assets/*.js"):
        text = script.read_text(encoding="utf-8")
        assert "radix-themes" not in text, script.name
        assert "data-sonner-toast" not in text, script.name


def test_the_colour_mode_is_set_before_the_first_paint(build: Path) -> None:
    html = (build / "index.html").read_text(encoding="utf-8")
    mode = html.index('localStorage.getItem("theme")')
    assert mode < html.index("<body")
    assert "prefers-color-scheme: dark" in html


def test_fonts_are_our_own_and_preloaded(build: Path) -> None:
    html = (build / "index.html").read_text(encoding="utf-8")
    preloaded = re.findall(r'<link[^>]*?href="(/fonts/[^"]+)"[^>]*?>', html)
    assert len(preloaded) == 2
    for href in preloaded:
        assert (build / href.lstrip("/")).stat().st_size < 30_000
        assert href in styles(build)
    assert not re.search(r"url\([\"']?https?:", styles(build))


def test_every_page_brings_its_styles_and_asks_for_none(build: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in build.rglob("*.html")]
    assert len(pages) > 10
    for html in pages:
        assert styles(build) in html
        links = re.findall(r"<link[^>]*\.css[^>]*>", html)
        assert len(links) == 2
        assert all("disabled" in link or 'media="not all"' in link for link in links)


def test_the_first_page_stays_within_its_budget(build: Path) -> None:
    html = build / "index.html"
    text = html.read_text(encoding="utf-8")
    wanted = set(re.findall(r'(?:href|src|from|import)[ =(]*"(/(?:assets|fonts)/[^"]+)"', text))
    wanted = {path for path in wanted if not path.endswith(".css")}
    assert sum(path.endswith(".js") for path in wanted) > 3
    files = [html, *(build / path.lstrip("/") for path in wanted)]
    assert sum(_transferred(path) for path in files) <= PUBLIC_PAGE_BUDGET


def _transferred(path: Path) -> int:
    compressed = path.with_name(path.name + ".br")
    return (compressed if compressed.exists() else path).stat().st_size
