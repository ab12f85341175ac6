"""What the figures of the course notes are computed from: small networks, shipped ones, and entries."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cnncost import analyze
from cnncost.language.load import loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.report.report import Report
    from cnncost.report.rows import Row

Number = int | float
Numbers = tuple[Number, ...]


class Entry(NamedTuple):
    """What cnncost says where the notes print a figure.

    Attributes:
        ours: the numbers, as cnncost counts by default. counted: as the notes do, where that is another way.
        way: which way that is.
    """

    ours: Callable[[], Numbers]
    counted: Callable[[], Numbers] | None = None
    way: str = ""

    @property
    def as_printed(self) -> Numbers:
        """The numbers counted as the notes do."""
        return (self.counted or self.ours)()


def one(number: Callable[[], Number], counted: Callable[[], Number] | None = None, way: str = "") -> Entry:
    """The entry of a single number."""
    return Entry(lambda: (number(),), counted and (lambda: (counted(),)), way)


def chain(shape: str, *steps: str, batch: int = 1, convention: str = "textbook") -> Report:
    """The report of layers one after the other."""
    text = f"input: {shape}\nnetwork:\n" + "".join(f"  - {step}\n" for step in steps)
    return analyze(loads(text), batch=batch, convention=convention)


def conv(c_in: int, c_out: int, kernel: int, size: int = 56, convention: str = "textbook", **fields: str) -> Report:
    """The report of one convolution that keeps the size of its input."""
    more = "".join(f", {name}: {value}" for name, value in fields.items())
    step = f"conv: {{out: {c_out}, kernel: {kernel}, padding: {kernel // 2}{more}}}"
    return chain(f"[{c_in}, {size}, {size}]", step, convention=convention)


@cache
def network(name: str, convention: str = "textbook") -> Report:
    """The report of a shipped architecture."""
    return analyze(name, convention=convention)


def totals(report: Report) -> tuple[int, int]:
    """Parameters and FLOPs."""
    return report.totals.params, report.totals.flops


def both(make: Callable[[str], Report], convention: str, way: str = "") -> Entry:
    """Parameters and FLOPs of a report, by default and under a convention."""
    return Entry(lambda: totals(make("textbook")), lambda: totals(make(convention)), way or f"`{convention}`")


def macs_of(name: str) -> Entry:
    """Parameters and FLOPs of a shipped architecture, where the notes print parameters and MACs."""
    return both(lambda convention: network(name, convention), "macs")


def flops_as_macs(name: str) -> Entry:
    """FLOPs of a shipped architecture, where the notes print MACs."""
    return one(lambda: network(name).totals.flops, lambda: network(name).totals.macs, "`macs`")


def rows(name: str, *kinds: str, convention: str = "textbook") -> list[Row]:
    """The layers of some types, convolutions and linear ones unless said otherwise."""
    return [row for row in network(name, convention).rows if row.type in (kinds or ("conv", "linear"))]


def layer(name: str, kind: str, number: int) -> Callable[[], Numbers]:
    """Parameters and FLOPs of the n-th layer of a type."""
    return lambda: (row := rows(name, kind)[number]) and (row.figures.params, row.figures.flops)


def part(name: str, first: int, last: int, *kinds: str) -> Callable[[], Numbers]:
    """Parameters and FLOPs of some convolutions and linear layers."""

    def sums() -> Numbers:
        found = rows(name, *kinds)[first:last]
        return sum(row.figures.params for row in found), sum(row.figures.flops for row in found)

    return sums


def share(name: str, kind: str, figure: str) -> float:
    """What the layers of a type have of a total."""
    report = network(name)
    return sum(row.figures[figure] or 0 for row in rows(name, kind)) / (report.totals[figure] or 1)


def side(size: int, fields: str) -> Entry:
    """The side of the output of a convolution."""
    return one(lambda: shape_of(chain(f"[1, {size}, {size}]", f"conv: {{out: 1, {fields}}}"))[-1])


def field(*steps: str) -> int:
    """The receptive field behind some layers."""
    found = chain("[1, 64, 64]", *steps).rows[-1].receptive_field
    assert found is not None
    return found.size[0]


def stacked(count: int) -> Entry:
    """The receptive field of 3x3 convolutions, one after the other."""
    return one(lambda: field(*[THREE] * count))


def im2col_factor(kernel: int) -> float:
    """How many times the input the matrix is that im2col makes."""
    report = conv(8, 8, kernel)
    return report.totals.im2col_bytes / (4 * 8 * 56 * 56)


def tokens() -> int:
    """What ViT-B/16 makes of an image: its patches, and the class token."""
    return shape_of(chain("[3, 224, 224]", "conv: [768, 16, 16]", "patch_tokens", "class_token"))[1]


def winograd_tile() -> Numbers:
    """Multiplications of a tile of 2x2 outputs, in the loops and by F(2x2, 3x3), and their ratio."""
    graph = loads("input: [1, 4, 4]\nnetwork: [{conv: {out: 1, kernel: 3}}]")
    (row,) = analyze(graph, algorithms=True).rows
    loops, tile = (row.figures[f"{name}_multiplications"] or 0 for name in ("direct", "winograd_2"))
    return loops, tile, loops / tile


def nine_one() -> Report:
    """The worked example of 9.1."""
    return chain("[64, 56, 56]", "conv: {out: 128, kernel: 3, padding: 1}", batch=32)


def bottleneck(convention: str = "textbook") -> Report:
    """Three convolutions with biases, as 9.4 and 11.5 have them."""
    return chain(
        "[256, 56, 56]", "conv: 64", "conv: {out: 64, kernel: 3, padding: 1}", "conv: 256", convention=convention
    )


def plain() -> Report:
    """Two 3x3 convolutions of 256 channels."""
    return chain("[256, 56, 56]", *["conv: {out: 256, kernel: 3, padding: 1}"] * 2)


def separable() -> Report:
    """A depthwise and a pointwise convolution without biases."""
    depthwise = "conv: {out: 128, kernel: 3, padding: 1, groups: 128, bias: false}"
    return chain("[128, 56, 56]", depthwise, "conv: {out: 128, bias: false}")


def separable_ratio(out: int) -> float:
    """Operations of a separable convolution of 128 channels over those of the plain one."""
    parts = conv(128, 128, 3, groups="128").totals.macs + conv(128, out, 1).totals.macs
    return parts / conv(128, out, 3).totals.macs


def convolved() -> Numbers:
    """Figure 8.1: the printed kernel over the printed input, the rows of the output read as numbers."""
    image, kernel = ("10101", "01010", "11100", "00110", "01011"), ("101", "010", "101")
    size = range(3)
    cells = [
        [sum(int(image[i + m][j + n]) * int(kernel[m][n]) for m in size for n in size) for j in size] for i in size
    ]
    return tuple(int("".join(map(str, row))) for row in cells)


def shape_of(report: Report) -> tuple[int, ...]:
    shape = report.rows[-1].output_shape
    assert shape is not None
    return shape


def quotient(name: str, printed_flops: float, printed_params: float) -> Entry:
    """FLOPs per parameter: exact, and as the quotient of two figures that the table prints."""
    exact = lambda: network(name).totals.flops / network(name).totals.params  # noqa: E731
    return one(exact, lambda: printed_flops / printed_params, "quotient of the two printed figures")


THREE = "conv: {out: 1, kernel: 3}"
