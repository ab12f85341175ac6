"""A scene as SVG: light, for papers, with text as text, and the scale of its colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.diagram.inside import SMALL, TITLE
from cnncost.render.svg.canvas import element, escaped, number, picture, text
from cnncost.render.svg.lettering import width_of
from cnncost.render.svg.scale import colour_of, ink_on, stops

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.diagram.lines import Label, Line
    from cnncost.render.diagram.scene import Box, Frame, Scene

_MARGIN, _HEAD, _ARROW = 20, 70, 6
_UPRIGHT = 9
"""How far lines run upright into a box: the head of the arrow stands on what does not turn."""
_LINE, _EDGE, _QUIET = "#5b6770", "#39424a", "#5f6b75"
_BAR = 150


class Legend(NamedTuple):
    """What colours mean."""

    heading: str
    """The figure."""
    most: int
    """Of all boxes: this has the darkest colour."""
    texts: tuple[str, str, str]
    """What stands below the scale: none, half of the most, the most."""

    def fill(self, cost: int | None) -> str:
        """The colour of a box; white where the cost is not known."""
        return colour_of(self._share(cost))

    def ink(self, cost: int | None) -> str:
        """The colour of what is written on it."""
        return ink_on(self._share(cost))

    def _share(self, cost: int | None) -> float:
        return cost / self.most if cost and self.most else 0.0


def scene_svg(scene: Scene, title: str, about: str, legend: Legend) -> str:
    """The picture, a file of its own that needs nothing else."""
    width = max(scene.width, 1.1 * width_of(title, 15), width_of(about, 11), _BAR + 60) + 2 * _MARGIN
    height = scene.height + _HEAD + 2 * _MARGIN
    left = (width - scene.width) / 2
    drawn = [
        *map(_frame, scene.frames),
        *_lines(scene.lines),
        *[_box(box, legend) for box in scene.boxes],
        *[_label(label) for label in scene.labels],
    ]
    elements = [
        text(title, _MARGIN, 28, font_size=15, font_weight="bold"),
        text(about, _MARGIN, 46, font_size=11, fill=_QUIET),
        *_scale(legend, _MARGIN, 58),
        element("g", "\n".join(drawn), transform=f"translate({number(left)} {number(_HEAD + _MARGIN)})"),
    ]
    return picture(round(width), round(height), title, about, elements)


def _frame(frame: Frame) -> str:
    outline = element(
        "rect", x=frame.x, y=frame.y, width=frame.width, height=frame.height, rx=6, fill="#f6f8fa", stroke="#b7c0c8"
    )
    name = element("title", escaped(frame.name))
    return element("g", name + outline + text(frame.title, frame.x + 8, frame.y + 15, font_size=SMALL, fill=_QUIET))


def _box(box: Box, legend: Legend) -> str:
    content = box.content
    fill, ink = legend.fill(content.cost), legend.ink(content.cost)
    outline = element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=min(box.height / 2, 14) if content.is_input else 4,
        fill=fill,
        stroke=_EDGE,
        stroke_width=2.2 if content.is_output else 1,
        **({"stroke_dasharray": "4 3"} if content.cost is None else {}),
    )
    middle = box.x + box.width / 2
    top = box.y + 19
    lines = [text(box.title, middle, top, font_size=TITLE, text_anchor="middle", fill=ink)]
    lines += [
        text(line, middle, top + 13 * (place + 1), font_size=SMALL, text_anchor="middle", fill=ink)
        for place, line in enumerate(box.lines)
    ]
    hint = "\n".join([content.name, *content.lines])
    return element("g", element("title", _multiline(hint)) + outline + "".join(lines))


def _multiline(content: str) -> str:
    return "\n".join([escaped(line) for line in content.split("\n")])


def _lines(lines: Sequence[Line]) -> Iterator[str]:
    """The pieces of each tensor's line as one path, with a head where it reaches a box."""
    by_tensor: dict[int, list[Line]] = {}
    for line in lines:
        by_tensor.setdefault(line.tensor, []).append(line)
    for pieces in by_tensor.values():
        yield element("path", d="".join(map(_path, pieces)), fill="none", stroke=_LINE, stroke_width=1.3)
    heads = "".join([_head(*line.points[-1]) for line in lines if line.arrives])
    if heads:
        yield element("path", d=heads, fill=_LINE)


def _path(line: Line) -> str:
    """Down, across in a curve that begins and ends upright, and down again."""
    if len(line.points) > 4:
        return "M" + "L".join([f"{number(x)} {number(y)}" for x, y in line.points])
    (x, y), (_, below), (end_x, top), (_, end_y) = line.points
    above = min(top, end_y - _UPRIGHT) if line.arrives else top
    if abs(x - end_x) < 0.01:
        return f"M{number(x)} {number(y)}V{number(end_y)}"
    middle = number((below + above) / 2)
    curve = f"C{number(x)} {middle} {number(end_x)} {middle} {number(end_x)} {number(above)}"
    return f"M{number(x)} {number(y)}V{number(below)}{curve}V{number(end_y)}"


def _head(x: float, y: float) -> str:
    return f"M{number(x)} {number(y)}l{number(-_ARROW / 2)} {-_ARROW}h{_ARROW}Z"


def _label(label: Label) -> str:
    """A text that stays readable where a line passes below it."""
    halo = {"paint_order": "stroke", "stroke": "#ffffff", "stroke_width": 3, "stroke_linejoin": "round"}
    anchor = {"text_anchor": "end"} if label.ends else {}
    return text(label.text, label.x, label.y, font_size=SMALL, fill=_QUIET, **halo, **anchor)


def _scale(legend: Legend, left: float, top: float) -> Iterator[str]:
    """The scale of the colours, from none to the most, with the figure behind it."""
    colours = "".join([element("stop", offset=share, stop_color=colour) for share, colour in stops()])
    yield element("defs", element("linearGradient", colours, id="cost"))
    yield element("rect", x=left, y=top, width=_BAR, height=10, fill="url(#cost)", stroke=_EDGE, stroke_width=0.5)
    yield text(legend.heading, left + _BAR + 8, top + 9, font_size=11)
    for place, shown in enumerate(legend.texts):
        anchor = ("start", "middle", "end")[place]
        yield text(shown, left + _BAR * place / 2, top + 22, font_size=SMALL, text_anchor=anchor)
