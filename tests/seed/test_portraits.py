from pathlib import Path
from xml.etree import ElementTree

from mentorship.seed.brand import favicon, social_card
from mentorship.seed.portraits import PEOPLE, draw, write_portraits

ASSETS = Path(__file__).parents[2] / "assets"


def test_committed_portraits_are_what_the_generator_draws(tmp_path: Path) -> None:
    drawn = {path.name: path.read_text(encoding="utf-8") for path in write_portraits(tmp_path)}
    committed = {path.name: path.read_text(encoding="utf-8") for path in (ASSETS / "portraits").glob("*.svg")}
    assert drawn == committed
    assert len(drawn) == 8


def test_every_portrait_is_whole_and_different() -> None:
    pictures = [draw(person) for person in PEOPLE]
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root.get("viewBox") == "0 0 400 400"
        assert "{" not in picture, "a placeholder was left unfilled"
    assert len(set(pictures)) == len(pictures)


def test_committed_icon_is_what_the_generator_draws() -> None:
    assert (ASSETS / "favicon.svg").read_text(encoding="utf-8") == favicon()


def test_social_card_has_the_size_that_link_previews_expect() -> None:
    ElementTree.fromstring(social_card([draw(person) for person in PEOPLE[:4]]))
    header = (ASSETS / "social-card.png").read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1200, 630)
