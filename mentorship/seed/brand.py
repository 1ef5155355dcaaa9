"""The house's mark and the picture that travels with a shared link, as SVG text."""

MARK = (
    '<g fill="none" stroke="{ink}" stroke-width="3.2" stroke-linecap="round">'
    '<path d="M5 27v-6.5a5.75 5.75 0 0 1 11.5 0V27M16.5 27v-3.5a5.25 5.25 0 0 1 10.5 0V27"/></g>'
    '<g fill="{ink}"><circle cx="10.75" cy="7.5" r="2.9"/><circle cx="21.75" cy="11.5" r="2.9"/></g>'
)
PAPER, PINE, MINT, MUTED = "#fbf9f5", "#155c47", "#d8f0e5", "#5d564f"


def favicon() -> str:
    """The mark on a rounded tile, for browser tabs and home screens."""
    mark = MARK.format(ink=PAPER)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">'
        f'<rect width="32" height="32" rx="8" fill="{PINE}"/>'
        f'<g transform="translate(4.4 3.7) scale(.72)">{mark}</g></svg>\n'
    )


def social_card(portraits: list[str]) -> str:
    """The Open Graph picture, 1200 × 630: the promise, and four of the people. `portraits` are SVG documents."""
    places = [(726, 60), (958, 60), (726, 338), (958, 338)]
    faces = "".join(
        f'<svg x="{x}" y="{y}" width="208" height="232" viewBox="16 0 368 400" preserveAspectRatio="xMidYMid slice">'
        f"{_inside(portrait)}</svg>"
        for (x, y), portrait in zip(places, portraits, strict=False)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630">'
        f'<rect width="1200" height="630" fill="{PAPER}"/>'
        f'<rect x="686" width="514" height="630" fill="{MINT}"/>{faces}'
        f'<g transform="translate(72 66) scale(1.9)">{MARK.format(ink=PINE)}</g>'
        '<g font-family="Fraunces, Georgia, serif" font-weight="500" fill="#26221e">'
        '<text x="146" y="112" font-size="36">Mentorship</text>'
        '<text font-size="74" letter-spacing="-1"><tspan x="72" y="300">Time with</tspan>'
        '<tspan x="72" y="384">someone who</tspan><tspan x="72" y="468">has done it</tspan></text></g>'
        f'<text x="72" y="552" font-family="Figtree, Arial, sans-serif" font-size="26" fill="{MUTED}">'
        "One-to-one sessions. Few seats, so they count.</text></svg>\n"
    )


def _inside(document: str) -> str:
    return document[document.index(">") + 1 : document.rindex("</svg>")]
