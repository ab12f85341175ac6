"""The pictures of pages in the documents, as a browser shows them, light and dark.

    python -m docs.screenshots                     after a change that shows in the pages
    python -m docs.screenshots report-resnet50     only those that are called so

Needs Chromium, and the extra `dev`. How letters look differs from machine to machine: no test compares the pictures.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import cnncost
from docs.writers.examples import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "images"
THEMES = ("light", "dark")
COLOURS = 128
"""A page has few: with so many a picture takes a third of the room, and looks the same."""


class Picture(NamedTuple):
    """A page, and what is chosen in it."""

    specs: tuple[str, ...]
    """The networks of the page."""
    settings: dict[str, Any]
    """How they run."""
    figure: str
    """What sizes and colours are by."""
    section: str | None = None
    """The section that is shown alone."""


PICTURES = {
    "report-resnet50": Picture(("resnet50",), {"mode": "train", "batch": 32}, "macs"),
    "report-yolov8n": Picture(("yolov8n",), {}, "params"),
    "report-unet": Picture(("unet",), {"mode": "train"}, "activation_bytes"),
    "report-comparison": Picture(
        ("resnet50", "resnet18", "resnet101", "mobilenet_v2", "densenet121", "efficientnet", "vgg16"),
        {},
        "macs",
        "comparison",
    ),
}


def main(names: Sequence[str]) -> int:
    """The exit code: 2 where a name is that of no picture, or there is no browser."""
    chromium = shutil.which("chromium")
    if chromium is None or not PICTURES.keys() >= {*names}:
        print(__doc__)
        return 2
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names or PICTURES:
            take(browser, name, PICTURES[name])
        browser.close()
    return 0


def take(browser: Browser, name: str, picture: Picture) -> None:
    """Write a picture in both themes."""
    with TemporaryDirectory() as directory:
        file = Path(directory) / "page.html"
        file.write_text(cnncost.page(list(picture.specs), **picture.settings), encoding="utf-8")
        for theme in THEMES:
            page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme)
            page.goto(file.as_uri())
            choose(page, picture)
            path = FOLDER / f"{name}-{theme}.png"
            section = page.locator(f"#{picture.section}")
            path.write_bytes(small(section.screenshot() if picture.section else page.screenshot(full_page=True)))
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
            page.close()


def choose(page: Page, picture: Picture) -> None:
    """Bring a page into the state that is shown."""
    page.get_by_role("banner").locator(f'select:has(option[value="{picture.figure}"])').select_option(picture.figure)
    # Nothing sticks to the top of a picture, and there is room around a section.
    room = f"#{picture.section} {{ padding: 1.5rem; }}"
    page.add_style_tag(content=f"body > header {{ position: static !important; }} {room}")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def small(png: bytes) -> bytes:
    """The same picture with few colours."""
    from PIL import Image

    written = io.BytesIO()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
