"""How a letter looks: one template for text, one for HTML, both filled strictly."""

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentorship.services.mails.letter import Letter

_TEMPLATES = Environment(
    loader=PackageLoader("mentorship.services", "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def lay_out(letter: Letter, *, reader_name: str, sender_name: str, home: str) -> tuple[str, str]:
    """The letter as plain text and as HTML."""
    values = {"letter": letter, "reader_name": reader_name, "sender_name": sender_name, "home": home}
    text, html = (_TEMPLATES.get_template(name).render(values) for name in ("letter.txt", "letter.html"))
    return text, html
