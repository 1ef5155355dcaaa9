"""Portraits of the demo mentors: flat busts drawn from a few words about each person.

The drawing is pure text and always comes out the same, so the committed files can be compared with it.
"""

from dataclasses import dataclass
from pathlib import Path

INK = "#231d1b"


@dataclass(frozen=True)
class Person:
    """What a portrait is drawn from: colours, and the names of the shapes in the tables below."""

    slug: str
    backdrop: str
    halo: str
    skin: str
    shade: str
    lips: str
    hair: str
    hair_color: str
    clothes: str
    cloth: str
    trim: str
    beard: str = ""
    beard_color: str = ""
    glasses: bool = False
    earrings: str = ""


PEOPLE = (
    Person(
        "amara-okafor", "#efcfae", "#e7b98c", "#855238", "#6a3f2b", "#b8574c",
        "afro", "#241a18", "wrap", "#d99a2b", "#b97b17", earrings="#e9bd57",
    ),
    Person(
        "jonas-lindqvist", "#d5dfdc", "#bfd0cb", "#f2cfb4", "#dfb194", "#c4776a",
        "swept", "#c99f5f", "crew", "#2f4a5c", "#233a4a", beard="short", beard_color="#b98b4d",
    ),
    Person(
        "mei-tanaka", "#f0d6cc", "#e6bfb1", "#f0cba6", "#dcae86", "#c0605c",
        "bob", "#1f1c22", "collar", "#f7f1e6", "#5d7f6d", glasses=True,
    ),
    Person(
        "rafael-costa", "#efdfb6", "#e4cd92", "#c98f66", "#b07750", "#a2574b",
        "wavy", "#2e211c", "blazer", "#3d5a4c", "#f6efe3", beard="stubble", beard_color="#2e211c",
    ),
    Person(
        "priya-nair", "#d9d6e4", "#c4bfd6", "#a86d47", "#8f5937", "#9c433f",
        "long", "#231b1c", "scoop", "#c9573f", "#a94430", earrings="#e9bd57",
    ),
    Person(
        "tom-whitaker", "#dcdcc8", "#c9caae", "#f1c9b0", "#dca98d", "#bd7468",
        "thin", "#b9b3aa", "shirt", "#7b4f3a", "#e8edf0", beard="full", beard_color="#c9c4bc", glasses=True,
    ),
    Person(
        "sofia-moretti", "#ecd0bd", "#dfb89e", "#e3b48d", "#cc966d", "#b3514c",
        "bun", "#5a3324", "roll", "#31464f", "#3e5963",
    ),
    Person(
        "daniel-cohen", "#cfdbe0", "#b5c8d0", "#e6b995", "#cf9b75", "#b4685b",
        "curls", "#33241d", "overshirt", "#8a9a5b", "#f4ecdd", beard="full", beard_color="#3b2a22",
    ),
)  # fmt: skip

HAIR_BEHIND = {
    "thin": '<path d="M128 196c-14-40-6-76 24-94h96c30 18 38 54 24 94z"/>',
    "afro": '<circle cx="200" cy="142" r="98"/><circle cx="200" cy="104" r="62"/>'
    '<circle cx="118" cy="158" r="46"/><circle cx="282" cy="158" r="46"/>'
    '<circle cx="140" cy="92" r="48"/><circle cx="260" cy="92" r="48"/><circle cx="200" cy="70" r="50"/>',
    "bob": '<path d="M112 176c0-64 36-100 88-100s88 36 88 100v70c0 16-10 24-26 24H138c-16 0-26-8-26-24z"/>',
    "long": '<path d="M116 170c0-60 34-94 84-94s84 34 84 94c0 54 4 96 22 142 6 16-6 24-22 24H116c-16 0-28-8-22-24'
    ' 18-46 22-88 22-142z"/>',
    "bun": '<circle cx="200" cy="62" r="36"/><path d="M126 184c-6-66 24-104 74-104s80 38 74 104z"/>',
    "wavy": '<path d="M124 188c-14-70 22-110 76-110s90 40 76 110z"/>',
    "curls": '<path d="M130 180c-10-64 20-96 70-96s80 32 70 96z"/>',
}

HAIR_BEFORE = {
    "afro": '<path d="M136 158c2-44 28-68 64-68s62 24 64 68c-12-26-32-38-64-38s-52 12-64 38z"/>',
    "swept": '<path d="M134 168c-8-56 22-90 70-90 46 0 72 30 62 88-4-18-10-28-18-36-26 6-62 2-84-14-10 12-24'
    ' 24-30 52z"/>',
    "bob": '<path d="M134 172c-2-56 24-88 66-88s68 32 66 88c-2-12-4-20-8-26-38 6-78 6-116 0-4 6-6 14-8 26z"/>',
    "wavy": '<path d="M134 166c-12-30 0-58 24-66 8-20 44-26 62-14 28-4 52 20 50 46 2 14-2 24-6 34-2-20-10-30-20-36'
    '-14 8-30 4-40-6-12 12-30 14-44 8-12 8-22 16-26 34z"/>',
    "long": '<path d="M200 88c-40-2-68 28-68 84 18-14 54-34 68-76 14 42 50 62 68 76 0-56-28-86-68-84z"/>',
    "bun": '<path d="M134 170c-4-52 24-86 66-86s70 34 66 86c-8-30-26-48-58-56-30 6-64 22-74 56z"/>',
    "curls": '<circle cx="148" cy="128" r="20"/><circle cx="164" cy="104" r="22"/><circle cx="190" cy="92" r="23"/>'
    '<circle cx="216" cy="92" r="23"/><circle cx="240" cy="106" r="21"/><circle cx="254" cy="128" r="19"/>'
    '<circle cx="182" cy="112" r="18"/><circle cx="220" cy="112" r="18"/>',
}

BEARD = {
    "short": '<path d="M139 180c2 44 28 72 61 72s59-28 61-72c-6 22-16 32-28 32-10-6-22-8-33-8s-23 2-33 8c-12'
    ' 0-22-10-28-32z"/>',
    "stubble": '<path opacity=".32" d="M139 184c4 42 30 68 61 68s57-26 61-68c-8 18-16 24-28'
    " 24-10-5-22-7-33-7s-23 2-33 7"
    'c-12 0-20-6-28-24z"/>',
    "full": '<path d="M137 172c-1 54 24 96 63 96s64-42 63-96c-6 24-14 34-28 34-10-6-24-8-35-8s-25 2-35 8'
    'c-14 0-22-10-28-34z"/>',
}

BODY = "M48 400c2-66 46-100 112-112h80c66 12 110 46 112 112z"

CLOTHES = {
    "crew": '<path fill="{cloth}" d="{body}"/><path fill="{trim}" d="M158 288c8 26 24 36 42 36s34-10 42-36l-8-4'
    'c-8 18-20 26-34 26s-26-8-34-26z"/>',
    "wrap": '<path fill="{cloth}" d="{body}"/><path fill="{skin}" d="M168 286l34 64 30-64z"/>'
    '<path fill="none" stroke="{trim}" stroke-width="7" d="M164 286l38 66 34-66M202 352l-52 48"/>',
    "collar": '<path fill="{trim}" d="{body}"/>'
    '<path fill="{cloth}" d="M164 284l36 34 36-34 20 12-30 44-26-18-26 18-30-44z"/>',
    "blazer": '<path fill="{trim}" d="{body}"/>'
    '<path fill="{cloth}" d="M160 288C94 300 50 334 48 400h128l-24-78zM240 288'
    'c66 12 110 46 112 112H224l24-78z"/><path fill="#fff" fill-opacity=".12" d="M160 288l-26 40 20 8-8 16 30'
    " 48-16-78z"
    'M240 288l26 40-20 8 8 16-30 48 16-78z"/>',
    "scoop": '<path fill="{cloth}" d="{body}"/><path fill="{skin}" d="M156 288c6 38 26 52 44 52s38-14 44-52z"/>'
    '<path fill="none" stroke="{trim}" stroke-width="6" d="M156 288c6 38 26 52 44 52s38-14 44-52"/>',
    "shirt": '<path fill="{cloth}" d="{body}"/>'
    '<path fill="{trim}" d="M166 284l34 44 34-44 16 8-18 52-32-18-32 18-18-52z'
    'M186 340h28v60h-28z"/><path fill="none" stroke="{cloth}" stroke-width="3" stroke-dasharray="1 20"'
    ' stroke-linecap="round" d="M200 352v48"/>',
    "roll": '<path fill="{cloth}" d="{body}"/>'
    '<path fill="{trim}" d="M164 258c20 12 52 12 72 0l6 44c-24 16-60 16-84 0z"/>',
    "overshirt": '<path fill="{trim}" d="{body}"/>'
    '<path fill="{cloth}" d="M158 288C94 300 50 334 48 400h134l-12-80zM242 288'
    'c64 12 108 46 110 112H218l12-80z"/><path fill="#000" fill-opacity=".14" d="M158 286l-14 34 30 14 6-20z'
    'M242 286l14 34-30 14-6-20z"/>',
}

FACE = "M138 166c0-48 26-76 62-76s62 28 62 76c0 50-28 86-62 86s-62-36-62-86z"


def draw(person: Person) -> str:
    """The portrait of `person` as an SVG document, 400 × 400."""
    cloth = CLOTHES[person.clothes].format(cloth=person.cloth, trim=person.trim, skin=person.skin, body=BODY)
    behind = HAIR_BEHIND.get(person.hair, "")
    before = HAIR_BEFORE.get(person.hair, "")
    layers = [
        f'<path fill="{person.backdrop}" d="M0 0h400v400H0z"/>',
        f'<circle cx="200" cy="214" r="158" fill="{person.halo}"/>',
        f'<g fill="{person.hair_color}">{behind}</g>' if behind else "",
        f'<path fill="{person.skin}" d="M170 220h60v66c-6 22-54 22-60 0z"/>',
        cloth if person.clothes != "roll" else "",
        f'<path fill="{person.shade}" d="M170 236c16 22 44 22 60 0v18c-12 24-48 24-60 0z"/>',
        cloth if person.clothes == "roll" else "",
        _ears(person),
        f'<path fill="{person.skin}" d="{FACE}"/>',
        f'<g fill="{person.beard_color}">{BEARD[person.beard]}</g>' if person.beard else "",
        _features(person),
        f'<g fill="{person.hair_color}">{before}</g>' if before else "",
        _glasses() if person.glasses else "",
    ]
    body = "\n".join(layer for layer in layers if layer)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">\n{body}\n</svg>\n'


def write_portraits(folder: Path) -> list[Path]:
    """Draw everybody into `folder` as `<slug>.svg` and return the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for person in PEOPLE:
        path = folder / f"{person.slug}.svg"
        path.write_text(draw(person), encoding="utf-8")
        written.append(path)
    return written


def _ears(person: Person) -> str:
    ears = (
        f'<g fill="{person.skin}"><ellipse cx="137" cy="178" rx="11" ry="17"/>'
        '<ellipse cx="263" cy="178" rx="11" ry="17"/></g>'
    )
    if not person.earrings:
        return ears
    return (
        f'{ears}<g fill="none" stroke="{person.earrings}" stroke-width="5"><circle cx="134" cy="208" r="13"/>'
        '<circle cx="266" cy="208" r="13"/></g>'
    )


def _features(person: Person) -> str:
    brow = person.hair_color if person.hair != "thin" else "#9a938a"
    blush = (
        f'<g fill="{person.lips}" opacity=".18"><ellipse cx="160" cy="204" rx="14" ry="9"/>'
        '<ellipse cx="240" cy="204" rx="14" ry="9"/></g>'
    )
    return (
        '<g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path stroke="{brow}" stroke-width="6" d="M160 160c8-7 20-8 28-3M240 160c-8-7-20-8-28-3"/>'
        f'<path stroke="{person.shade}" stroke-width="5" d="M200 182c-4 12-7 20-6 23 2 4 8 4 13 2"/>'
        f'<path stroke="{person.lips}" stroke-width="6" d="M181 224c10 9 28 9 38 0"/></g>'
        f'<g fill="{INK}"><circle cx="176" cy="180" r="5.5"/><circle cx="224" cy="180" r="5.5"/></g>'
        f"{'' if person.beard else blush}"
    )


def _glasses() -> str:
    return (
        f'<g fill="#fff" fill-opacity=".16" stroke="{INK}" stroke-width="4.5"><circle cx="174" cy="181" r="23"/>'
        f'<circle cx="226" cy="181" r="23"/>'
        f'<path fill="none" d="M197 178c2-3 4-3 6 0M151 176l-13-4M249 176l13-4"/></g>'
    )
