"""Writes `notes-audit.md`: every figure that the course notes print, ours beside it, and what lies between them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncost.published.figures import Agreement, PrintedFigure
from docs.notes import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docs.notes.counting import Entry, Number

TABLE = Path(__file__).parent.parent.parent / "tests" / "data" / "reference" / "seed_figures.csv"

_NUMBER = re.compile(r"(~?)(\d[\d,]*(?:\.\d+)?)\s?([kKMG%]?)")

VERDICTS = {
    "exact": "the number itself",
    "rounds": "the number, rounded to the printed digits",
    "near": "the number cut off, or a sum of rounded rows",
    "convention": "right under another way of counting, which is named",
    "erratum": "comes out by no way of counting; the cause is given",
}

_PAGE = """\
# The course notes, audited

<!-- written by `python -m docs.generate --write` -->

Every figure that the [course notes](sources.md#the-notes) print, with what cnncost says in its place. The notes mix
ways of counting, mostly multiply-accumulates printed as FLOPs: where a figure comes out by another way than the
`textbook` convention, the way is named, and the tests require that it prints the notes' own digits. What comes out by
none is an erratum.

{summary}

{sections}
"""


class Part(NamedTuple):
    """A printed number, and by what ours is multiplied before it is compared: 100 for a percentage."""

    printed: PrintedFigure
    scale: Fraction

    def agreement(self, number: Number) -> Agreement | None:
        """How the printed number follows from ours; `None` where it does not."""
        return self.printed.agreement(Fraction(number) * self.scale)


class Audited(NamedTuple):
    """A row of the table of figures, with its entry."""

    row: dict[str, str]
    entry: Entry

    @property
    def parts(self) -> list[Part]:
        """The numbers that the notes print; a claim in words has none."""
        if self.row["metric"] == "claim" and self.row["id"] != "004-6x":
            return []
        return [_part(*found, metric=self.row["metric"]) for found in _NUMBER.findall(self.row["printed"])]

    @property
    def agreements(self) -> list[Agreement | None]:
        """How every printed number follows from the one that is counted as the notes count."""
        return [part.agreement(number) for part, number in zip(self.parts, self.entry.as_printed, strict=False)]


def _part(about: str, digits: str, suffix: str, metric: str) -> Part:
    """A number of the notes; of one that they print with a ~, such as `~60 k`, the zeros say nothing."""
    scale = Fraction(1, 10**9) if metric == "GFLOPs" else Fraction(1)
    printed = PrintedFigure.read(digits + suffix.strip("%").upper())
    if about and digits.endswith("0") and "." not in digits:
        printed = printed._replace(unit=max(printed.unit, printed.value / int(digits.strip("0"))))
    return Part(printed, Fraction(100) if suffix == "%" else scale)


def audited() -> Iterator[Audited]:
    """Every figure of the notes, in their order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Audited(row, FIGURES[row["id"]])


def page() -> str:
    """The whole document."""
    figures = list(audited())
    counts = Counter(figure.row["verdict"] for figure in figures)
    verdicts = ((verdict, str(counts[verdict]), about) for verdict, about in VERDICTS.items())
    summary = _table(("verdict", "figures", "the printed figure is"), verdicts)
    seeds = dict.fromkeys(figure.row["seed"] for figure in figures)
    sections = [_section(seed, [figure for figure in figures if figure.row["seed"] == seed]) for seed in seeds]
    return _PAGE.format(summary=summary, sections="\n\n".join(sections))


def _section(seed: str, figures: list[Audited]) -> str:
    head = ("of", "figure", "notes", "cnncost", "verdict", "counted as the notes do", "remark")
    return f"## Notes {seed}\n\n" + _table(head, map(_cells, figures))


def _cells(figure: Audited) -> tuple[str, ...]:
    row, entry = figure.row, figure.entry
    counted = entry.way and f"{entry.way}: {_numbers(entry.as_printed)}"
    return row["subject"], row["metric"], row["printed"], _numbers(entry.ours()), row["verdict"], counted, row["note"]


def _numbers(numbers: tuple[Number, ...]) -> str:
    return " / ".join(f"{number:,}" if isinstance(number, int) else f"{number:,.6g}" for number in numbers)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | map[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
