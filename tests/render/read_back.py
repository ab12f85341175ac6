"""The tables that a text holds, read as its own readers do: a browser, GitHub, TeX. Each fails on what is no text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from tests.render.parsed_html import parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.render.parsed_html import Element

Rows = list[list[str]]

_PAGE = {"html", "head", "meta", "title", "style", "body", "div", "details", "summary", "figure", "p", "br"}
_TABLE = {"table", "caption", "strong", "small", "thead", "tbody", "tfoot", "tr", "th", "td"}
_SVG = {"svg", "title", "desc", "rect", "line", "path", "circle", "text", "polygon", "g"}
_ATTRIBUTES = {"class", "scope", "style", "title", "colspan", "lang", "charset", "name", "content", "open"}

_COMMANDS = {
    r"\textbackslash": "\\",
    r"\textasciitilde": "~",
    r"\textasciicircum": "^",
    r"\textless": "<",
    r"\textgreater": ">",
    r"\textbar": "|",
    r"\ldots": "…",
    r"\quad": "",
    r"\times": "×",
    r"\to": "→",
    r"\cdot": "·",
    r"\le": "≤",
    r"\ge": "≥",
    r"\mu": "µ",
    r"\lfloor": "⌊",
    r"\rfloor": "⌋",
    r"\lceil": "⌈",
    r"\rceil": "⌉",
}
"""What TeX prints for commands that stand for one sign; every other one would do something."""
_LIGATURES = {"---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡", ",,": "„", "<<": "«", ">>": "»"}
"""What its fonts make of signs that follow each other (Knuth, The TeXbook, chapter 2; T1 for the last)."""
_RAISED = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True))
_TOKEN = re.compile(r"\\[a-zA-Z]+ ?|\\.|[{}$^_&#%~]|---?|``|''|[?!]`|,,|<<|>>|[^\\]", re.DOTALL)


def html_tables(text: str) -> list[Rows]:
    """The tables of HTML, cell by cell; nothing in it runs, and nothing comes from elsewhere."""
    whole = parsed(_uncoded(text))
    for element in whole.all(*whole.names):
        assert element.name in _PAGE | _TABLE | _SVG, f"<{element.name}>"
        drawn = element.name in _SVG - {"title"}
        assert drawn or element.attributes.keys() <= _ATTRIBUTES, element.attributes
        assert not any(name.startswith("on") or name in ("href", "src") for name in element.attributes)
    return [_rows(table) for table in whole.all("table")]


def markdown_tables(text: str) -> list[Rows]:
    """The tables of GitHub's Markdown; there is nothing in it but paragraphs, tables, bold type and commands."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    whole = parsed(re.sub("<hr ?/?>|<br ?/?>", "<i></i>", _uncoded(reader.render(text))))
    assert whole.names <= {"p", "strong", "table", "thead", "tbody", "tr", "th", "td"}, whole.names
    return [_rows(table) for table in whole.all("table")]


def _uncoded(text: str) -> str:
    """HTML with commands between backticks: nothing else is code, whatever it stands between."""
    return re.sub("<code>(cnncost [a-z]+)</code>", r"`\1`", text)


def _rows(table: Element) -> Rows:
    return [[cell.text.replace("\u2003", "") for cell in row.all("th", "td")] for row in table.all("tr")]


def latex_tables(text: str) -> list[Rows]:
    """The tables of LaTeX, as they are printed; comments are no text, and all else must be."""
    tables = []
    kept = "\n".join(re.sub(r"(?<!\\)%.*", "", line) for line in text.splitlines())
    for body in re.findall(r"\\begin\{tabular\}\{[lr]*\}(.*?)\\end\{tabular\}", kept, re.DOTALL):
        lines = [re.sub(r"^\s*\\(toprule|midrule|bottomrule)\s*", "", line) for line in body.split(r" \\" + "\n")]
        tables.append([[_typeset(cell) for cell in re.split(r"(?<!\\)&", line)] for line in lines if line.strip()])
    outside = re.sub(r"\\begin\{tabular\}.*?\\end\{tabular\}", "", kept, flags=re.DOTALL)
    assert not outside.strip(), outside
    return tables


def _typeset(source: str) -> str:
    """What TeX prints of a cell."""
    printed, tokens = [], [match[0] for match in _TOKEN.finditer(" ".join(source.split()))]
    digits: dict[str, str] = {}
    depth, in_formula = 0, False
    for token in tokens:
        if token == "$":
            in_formula, digits = not in_formula, {}
        elif token in "{}":
            depth += 1 if token == "{" else -1
            assert depth >= 0, source
        elif token in "^_":
            assert in_formula, source
            digits = _RAISED if token == "^" else _LOWERED
        elif token.startswith("\\"):
            name = token.rstrip()
            assert name in _COMMANDS or (len(name) == 2 and name[1] in "&%$#_{}"), f"{token} in {source}"
            printed.append(_COMMANDS.get(name, name[1:]))
        else:
            assert token not in "&#%~" or token == "", f"{token} in {source}"
            sign = "−" if in_formula and token == "-" else token
            printed.append(digits.get(token) or _LIGATURES.get(token, sign))
    assert (depth, in_formula) == (0, False), source
    return " ".join("".join(printed).split())


READERS: dict[str, Callable[[str], list[Rows]]] = {
    "html": html_tables,
    "markdown": markdown_tables,
    "latex": latex_tables,
}
"""What reads the tables of a format, by its name."""
