"""Draw the committed pictures again: portraits, icons and the social card.

    python .ci/draw_assets.py

SVG files come from mentorship.seed alone; the PNG and ICO files are what Chromium makes of them, with the fonts in
assets/fonts. CHROMIUM names the browser, /usr/bin/chromium by default.
"""

import base64
import os
import struct
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from mentorship.seed.brand import favicon, social_card
from mentorship.seed.portraits import write_portraits

ASSETS = Path(__file__).parent.parent / "assets"
FEATURED = ("amara-okafor", "jonas-lindqvist", "mei-tanaka", "priya-nair")


def font_face(family: str, file: str) -> str:
    data = base64.b64encode((ASSETS / "fonts" / file).read_bytes()).decode()
    return f"@font-face {{ font-family: {family}; src: url(data:font/woff2;base64,{data}) }}"


def render(page: Page, svg: str, width: int, height: int) -> bytes:
    """`svg` as a PNG of that size in pixels."""
    fonts = font_face("Fraunces", "fraunces-latin.woff2") + font_face("Figtree", "figtree-latin.woff2")
    page.set_viewport_size({"width": width, "height": height})
    size = f"body {{ margin: 0 }} body > svg {{ display: block; width: {width}px; height: {height}px }}"
    page.set_content(f"<style>{fonts}{size}</style>{svg}")
    page.evaluate("document.fonts.ready")
    return page.screenshot(omit_background=True)


def ico(png: bytes, size: int) -> bytes:
    """An ICO file that holds one PNG of `size` × `size` pixels."""
    return struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), 22) + png


def main() -> None:
    portraits = {path.stem: path.read_text(encoding="utf-8") for path in write_portraits(ASSETS / "portraits")}
    (ASSETS / "favicon.svg").write_text(favicon(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        (ASSETS / "favicon.ico").write_bytes(ico(render(page, favicon(), 32, 32), 32))
        (ASSETS / "apple-touch-icon.png").write_bytes(render(page, favicon().replace('rx="8"', ""), 180, 180))
        card = social_card([portraits[slug] for slug in FEATURED])
        (ASSETS / "social-card.png").write_bytes(render(page, card, 1200, 630))
        browser.close()


if __name__ == "__main__":
    main()
