"""HTML: tables that a screen reader can read, and the document's pictures, in a page of its own or within a notebook.

Colours are those of what is around: nothing is black or white, and a dark notebook is as readable as a light one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.render.cells import LEFT_ALIGNED, line_texts, readable
from cnncost.render.document import Share
from cnncost.render.format import Format
from cnncost.render.svg.canvas import element, escaped, number
from cnncost.render.terminal.screen import output_is_ascii

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from cnncost.render.document import Column, Document, Line, Table

STYLE = """\
.cnncost{font-size:90%;overflow-x:auto}
.cnncost table{border-collapse:collapse;border:0;margin:.8em 0;font-variant-numeric:tabular-nums}
.cnncost caption{caption-side:top;text-align:left;padding:.3em 0;color:inherit;white-space:nowrap}
.cnncost :is(th,td){padding:.2em .7em;border:0;text-align:right;vertical-align:top;font-weight:normal}
.cnncost :is(td,th[scope=row]){white-space:nowrap}
.cnncost td.text{white-space:normal;max-width:36em}
.cnncost td.long{min-width:12em}
.cnncost .wide :is(caption,th[scope=row]){white-space:normal}
.cnncost thead th{font-weight:bold;vertical-align:bottom}
.cnncost :is(caption strong,tfoot th,tfoot td){font-weight:bold}
.cnncost :is(th[scope=row],.text){text-align:left}
.cnncost :is(thead,tbody){border-bottom:1px solid}
.cnncost tbody tr:nth-child(even){background:#80808018}
.cnncost small{font-weight:normal;opacity:.8}
.cnncost thead small{display:block}
.cnncost p{margin:.2em 0;opacity:.8}
.cnncost svg{max-width:100%;height:auto}
.cnncost figure{margin:.8em 0}
.cnncost .graph{max-height:50em;overflow:auto}
"""
"""Of the element that holds a document, and of nothing around it."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>:root{{color-scheme:light dark;font-family:system-ui,sans-serif}}</style>
</head>
<body>
{body}</body>
</html>
"""

_MOST_LINES = 60
"""Longer tables can be folded; where they stand among other things, in a notebook, they are."""
_INDENT = 1.4
"""Of each level of the tree, in letters."""
_COMMAND = re.compile(r"`(cnncost [a-z]+)`")
"""The name of a command."""
_LONG, _VERY_LONG = 24, 40
"""Texts of more letters wrap, in a column with room for some words; beside longer ones, so does the rest of a table."""
_BAR = "background:linear-gradient(to right,#56b4e966 {share:.1%},transparent 0)"
"""What shows a share besides its number."""


def render(document: Document, raw: bool = False) -> str:
    """The document as a page that needs nothing else; in ASCII where standard output is not in Unicode."""
    title = document.title or next((table.title for table in document.tables if table.title), "") or "cnncost"
    page = _PAGE.format(title=_text(title), body=fragment(document, raw, folded=False))
    return page.encode("ascii", "xmlcharrefreplace").decode() if output_is_ascii() else page


def fragment(document: Document, raw: bool = False, *, folded: bool = True, warnings: Sequence[str] = ()) -> str:
    """The document as one element with its style, to stand within a page.

    Args:
        document: what to show.
        raw: whole numbers instead of `25.6 M`.
        folded: whether long tables are closed at first.
        warnings: what stands above everything else.
    """
    parts = [*_pictures(document, above=True)]
    parts += [_foldable(table, raw, folded) for table in document.titled_tables(rounded=not raw)]
    return framed("".join([*parts, *_pictures(document, above=False)]), warnings)


def framed(content: str, warnings: Sequence[str] = ()) -> str:
    """HTML below warnings, as one element with its style, to stand within a page."""
    said = "".join(element("p", _text(f"warning: {each}")) + "\n" for each in warnings)
    return f'<div class="cnncost">\n<style>\n{STYLE}</style>\n{said}{content}</div>\n'


def _pictures(document: Document, *, above: bool) -> Iterator[str]:
    """The drawings, those above the tables or those below them."""
    plots = document.figures if above else document.pictures
    if plots:
        from cnncost.render.svg.scatter import scatter_svg  # few documents have one

        yield from (element("figure", scatter_svg(plot)) + "\n" for plot in plots)
    if not above and document.curves:
        from cnncost.render.svg.curve import curve_svg

        yield from (element("figure", curve_svg(curve)) + "\n" for curve in document.curves)
    if not above and document.rooflines:
        from cnncost.render.svg.roofline import roofline_svg

        yield from (element("figure", roofline_svg(roofline)) + "\n" for roofline in document.rooflines)


def _foldable(table: Table, raw: bool, folded: bool) -> str:
    """The table; a long one behind a line that opens and closes it."""
    shown = _table(table, raw)
    if len(table.lines) <= _MOST_LINES:
        return shown
    name = f"{table.title}: " if table.title else ""
    summary = element("summary", _text(f"{name}{len(table.lines):,} lines"))
    return f"<details{'' if folded else ' open'}>{summary}\n{shown}</details>\n"


def _table(table: Table, raw: bool) -> str:
    rows = [
        f"<thead>{_row([_heading(column) for column in table.columns])}</thead>",
        "<tbody>",
        *(_row(_line(line, table.columns, raw)) for line in table.lines),
        "</tbody>",
    ]
    if table.totals:
        rows.append(f"<tfoot>{_row(_line(table.totals, table.columns, raw))}</tfoot>")
    remarks = "".join(element("p", _prose(remark)) + "\n" for remark in table.remarks())
    wide = any(isinstance(cell, str) and len(cell) > _VERY_LONG for line in table.lines for cell in line.cells[1:])
    kind = ' class="wide"' if wide else ""
    begin = f"<table{kind}>{_caption(table)}"
    return "\n".join([begin, *rows, "</table>"]) + f"\n{remarks}"


def _caption(table: Table) -> str:
    title = element("strong", _text(table.title)) if table.title else ""
    facts = element("small", _text(" · ".join(table.facts))) if table.facts else ""
    return element("caption", "<br>".join(filter(None, (title, facts)))) if title or facts else ""


def _text(text: str) -> str:
    """A text in one line, as itself."""
    return escaped(" ".join(text.split()))


def _prose(text: str) -> str:
    """A sentence, which may name a command."""
    return _COMMAND.sub(r"<code>\1</code>", _text(text))


def _row(cells: list[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _heading(column: Column) -> str:
    detail = " " + element("small", _text(column.detail)) if column.detail else ""
    kind = ' class="text"' if column.kind in LEFT_ALIGNED else ""
    return f'<th scope="col"{kind}>{_text(column.heading)}{detail}</th>'


def _line(line: Line, columns: tuple[Column, ...], raw: bool) -> list[str]:
    """The cells of a line; the first one is its heading."""
    first, *others = line_texts(line, columns, raw)
    indent = f' style="padding-left:{number(0.7 + _INDENT * line.level)}em"' if line.level else ""
    if line.title:
        return [f'<th scope="row" colspan="{len(columns)}"{indent}>{_text(first)}</th>']
    heading = f'<th scope="row"{indent}>{_text(first)}</th>'
    return [heading, *map(_cell, columns[1:], line.cells[1:], others)]


def _cell(column: Column, value: Any, text: str) -> str:
    """A cell; a number that is rounded has all of its digits where the mouse rests on it."""
    if isinstance(value, Share) and value.whole:
        return f'<td style="{_BAR.format(share=min(1.0, value.part / value.whole))}">{_text(text)}</td>'
    if column.kind in LEFT_ALIGNED:
        return f'<td class="text{" long" if len(text) > _LONG else ""}">{_prose(text)}</td>'
    whole = readable(column.kind, value, raw=True)
    title = f' title="{_text(whole)}"' if whole != text else ""
    return f"<td{title}>{_text(text)}</td>"


FORMAT = Format("html", "for browsers, notebooks and pages of your own", ".html", "tables", render)
