"""What SVG consists of here: elements as text, with all that is somebody's escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.terminal.screen import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

COLOURS = ("#0072b2", "#e69f00", "#cc79a7", "#009e73", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""Colours that people of any colour vision tell apart (Okabe & Ito 2008)."""

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escaped(text: str) -> str:
    """The text as XML has it, in attributes too.

    >>> escaped('<a & "b">')
    '&lt;a &amp; &quot;b&quot;&gt;'
    """
    return printable(text).translate(_ENTITIES)


def number(value: float) -> str:
    """A coordinate, to a hundredth.

    >>> number(3), number(2 / 3)
    ('3', '0.67')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def element(name: str, content: str = "", **attributes: object) -> str:
    """An element; underscores in the names of attributes are hyphens.

    >>> element("line", x1=0, x2=2.5, stroke_width=1)
    '<line x1="0" x2="2.5" stroke-width="1"/>'
    """
    shown = "".join(f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{shown}>{content}</{name}>" if content else f"<{name}{shown}/>"


def text(content: str, x: float, y: float, **attributes: object) -> str:
    """A line of text whose base line begins, or as `text_anchor` says, at a point."""
    return element("text", escaped(content), x=x, y=y, **attributes)


def picture(width: int, height: int, title: str, about: str, elements: Iterable[str]) -> str:
    """A whole file: what it shows stands in it for those who do not see it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222222">'
    )
    background = element("rect", width=width, height=height, fill="#ffffff")
    named = [element("title", escaped(title)), element("desc", escaped(about))]
    return "\n".join([head, *named, background, *elements, "</svg>"]) + "\n"


def _value(value: object) -> str:
    return number(value) if isinstance(value, int | float) else escaped(str(value))
