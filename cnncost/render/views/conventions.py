"""Conventions as sheets: what each of several counts of a network, and the catalogue of those there are."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cnncost.conventions import CONVENTIONS
from cnncost.conventions.rules import RuleConvention
from cnncost.render.document import ESSENTIAL, Column, Document, Line, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.conventions import Convention
    from cnncost.report.report import Report

_WIDE = 48
"""Characters of a rule's layers beside which the rule still finds room."""
_NARROWEST_RULE = 30
"""Characters that a rule must have beside its layers: with fewer it stands below them."""


def totals_sheet(report: Report) -> Sheet:
    """What each of several conventions counts of a whole network, with ratios to the first."""
    first = next(iter(report.counts.values())).total
    lines = [
        Line((name, count.total, count.unit, count.total / first if first else None, count.source))
        for name, count in report.counts.items()
    ]
    columns = (
        Column("convention", "convention"),
        Column("total", "total", "count", priority=ESSENTIAL + 1),
        Column("unit", "unit", priority=ESSENTIAL),
        Column("ratio", "ratio", "ratio", priority=2),
        Column("source", "source", priority=1),
    )
    return Sheet("", columns, tuple(lines))


def catalogue_document() -> Document:
    """Every convention in a line."""
    return Document(lambda: {"schema": 1, "conventions": [*map(_summary, CONVENTIONS.values())]}, lambda: (_list(),))


def convention_document(convention: Convention) -> Document:
    """One convention with its rules and quirks."""
    return Document(lambda: {"schema": 1, **_data(convention)}, lambda: (_rule_sheet(convention),))


def catalogue_text(width: int) -> str:
    """Every convention in a paragraph, for people."""
    return "\n\n".join(
        "\n".join([f"{each.name}, in {each.unit}", *_wrapped([f"{each.about}.", each.source], width, "  ")])
        for each in CONVENTIONS.values()
    )


def convention_text(convention: Convention, width: int) -> str:
    """One convention with its rules and quirks, for people."""
    parts = [[f"{convention.name}, in {convention.unit}"], _wrapped([f"{convention.about}."], width)]
    rules = [*_rules(convention)]
    if rules:
        longest = max(len(layers) for layers, _ in rules if len(layers) <= _WIDE)
        parts.append([line for layers, rule in rules for line in _aligned(layers, rule, longest, width)])
    parts.append([line for quirk in convention.quirks for line in _wrapped([quirk], width, "  ", "- ")])
    parts.append(_wrapped([f"source: {convention.source}"], width))
    return "\n\n".join("\n".join(part) for part in parts if part)


def _wrapped(texts: Iterable[str], width: int, indent: str = "", first: str | None = None) -> list[str]:
    first = indent if first is None else first
    return [
        line
        for text in texts
        for line in wrap(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    ]


def _aligned(layers: str, rule: str, longest: int, width: int) -> list[str]:
    """What is counted and how in two columns; below each other where the first is too long."""
    start = "  " + layers.ljust(longest) + "  "
    if width - len(start) < _NARROWEST_RULE:
        return ["  " + layers, *_wrapped([rule], width, " " * 4)]
    if len(layers) > longest:
        return ["  " + layers, *_wrapped([rule], width, " " * (longest + 4))]
    return _wrapped([rule], width, " " * len(start), start)


def _list() -> Sheet:
    columns = (Column("name", "name"), Column("unit", "unit"), Column("about", "about"), Column("source", "source"))
    lines = [Line((each.name, each.unit, each.about, each.source)) for each in CONVENTIONS.values()]
    return Sheet("", columns, tuple(lines))


def _rule_sheet(convention: Convention) -> Sheet:
    columns = (Column("layers", "layers"), Column("count", "what one counts"))
    lines = tuple([Line((layers, rule)) for layers, rule in _rules(convention)])
    source = f"source: {convention.source}"
    return Sheet(convention.name, columns, lines, caption=(convention.about,), notes=(*convention.quirks, source))


def _rules(convention: Convention) -> Iterator[tuple[str, str]]:
    """The rules as text in the order of the file, and the variables that they read; none of a class."""
    if isinstance(convention, RuleConvention):
        book = convention.book
        for rule in book.rules:
            yield ", ".join(rule.layers), rule.text
        yield "otherwise", book.otherwise.text
        for name, rule in book.variables.items():
            yield f"{name} =", rule.text


def _summary(convention: Convention) -> dict[str, Any]:
    keys = ("name", "unit", "flops_per_mac", "about", "source")
    return {key: getattr(convention, key) for key in keys}


def _data(convention: Convention) -> dict[str, Any]:
    """All of one convention; the rules of one that is a class are its program."""
    rules: dict[str, Any] = {"vars": None, "rules": None, "otherwise": None}
    if isinstance(convention, RuleConvention):
        book = convention.book
        rules = {
            "vars": {name: rule.text for name, rule in book.variables.items()},
            "rules": {", ".join(rule.layers): rule.text for rule in book.rules},
            "otherwise": book.otherwise.text,
        }
    return {**_summary(convention), "quirks": list(convention.quirks), **rules}
