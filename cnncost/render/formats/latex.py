"""LaTeX: a `tabular` with the rules of booktabs, to be placed in a `table` of the paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.render.cells import LEFT_ALIGNED, line_texts
from cnncost.render.format import Format
from cnncost.render.terminal.screen import in_ascii, output_is_ascii, printable

if TYPE_CHECKING:
    from cnncost.render.document import Column, Document, Line, Table

_SPECIAL = str.maketrans(
    {
        "\0": "{}",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "×": r"$\times$",
        "–": "--",
        "→": r"$\to$",
        "·": r"$\cdot$",
        "≤": r"$\le$",
        "≥": r"$\ge$",
        "−": "$-$",
        "⌊": r"$\lfloor$",
        "⌋": r"$\rfloor$",
        "⌈": r"$\lceil$",
        "⌉": r"$\rceil$",
        **{character: f"$_{number}$" for number, character in enumerate("₀₁₂₃₄₅₆₇₈₉")},
        **{character: f"$^{number}$" for number, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
        "µ": r"$\mu$",
        "…": r"\ldots{}",
        "[": "{[}",  # after \\ an opening bracket would start an optional argument
        **{character: "\\" + character for character in "&%$#_{}"},
    }
)
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=[`?!])(?=`)|(?<=,)(?=,)")
"""Between signs that TeX's fonts have one sign for (Knuth, The TeXbook, chapter 2; Cork encoding for the commas)."""


def render(document: Document, raw: bool = False) -> str:
    """The document's tables, one `tabular` each."""
    return "% needs \\usepackage{booktabs}\n" + "\n".join(
        _tabular(table, raw) for table in document.titled_tables(rounded=not raw)
    )


def _tabular(table: Table, raw: bool) -> str:
    alignment = "".join("l" if column.kind in LEFT_ALIGNED else "r" for column in table.columns)
    headings = [_escaped(f"{column.heading} {column.detail}".strip()) for column in table.columns]
    totals = [r"\midrule", _row(_cells(table.totals, table.columns, raw))] if table.totals else []
    rows = [
        *map(_comment, filter(None, (table.title, *table.facts))),
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        _row(headings),
        r"\midrule",
        *(_row(_cells(line, table.columns, raw)) for line in table.lines),
        *totals,
        r"\bottomrule",
        r"\end{tabular}",
        *map(_comment, table.remarks()),
    ]
    return "\n".join(rows) + "\n"


def _cells(line: Line, columns: tuple[Column, ...], raw: bool) -> list[str]:
    cells = [_escaped(text) for text in line_texts(line, columns, raw)]
    cells[0] = r"\quad " * line.level + cells[0]
    return cells


def _row(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _escaped(text: str) -> str:
    """The text as itself, also where TeX makes one sign of two that follow each other.

    >>> print(_escaped("a--b_c"))
    a-{}-b\\_c
    """
    shown = printable(" ".join(text.split()))
    return _LIGATURES.sub("\0", shown).translate(_SPECIAL)


def _comment(text: str) -> str:
    line = "% " + " ".join(text.split())
    return in_ascii(line) if output_is_ascii() else line


FORMAT = Format("latex", "for papers, as `tabular` with booktabs", ".tex", "tables", render)
