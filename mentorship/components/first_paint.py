"""What a built page needs before it can be painted, put into the page itself."""

import re
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

_STYLESHEET = re.compile(r'<link href="(/assets/[^"]+\.css)" rel="stylesheet" type="text/css"/>')
_PRELOAD = re.compile(r'<link as="style" href="(/assets/[^"]+\.css)" rel="preload"/>')


class InlineStyles(Plugin):
    """Writes the stylesheet into each prerendered page, so that its first paint waits for one answer and not for two.

    React takes over the whole document and looks for the elements that it has rendered. So the links stay, but ask for
    nothing: the stylesheet's is disabled, and the preload's is for no medium.
    """

    def post_build(self, **context: Any) -> None:
        """Change the pages of the build; they are compressed afterwards."""
        folder: Path = context["static_dir"]
        for page in folder.rglob("*.html"):
            page.write_text(inline_styles(page.read_text(encoding="utf-8"), folder), encoding="utf-8")


def inline_styles(html: str, folder: Path) -> str:
    """A page with its stylesheets, read from the build's folder, in place of what asks for them."""

    def styles(link: re.Match[str]) -> str:
        css = (folder / link[1].lstrip("/")).read_text(encoding="utf-8")
        return f'<style>{css}</style><link href="{link[1]}" rel="stylesheet" type="text/css" disabled=""/>'

    return _STYLESHEET.sub(styles, _PRELOAD.sub(r'<link as="style" href="\1" rel="preload" media="not all"/>', html))
