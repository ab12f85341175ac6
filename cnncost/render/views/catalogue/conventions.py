"""The conventions that operations are counted by: all of them, or one with its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.conventions import CONVENTIONS
from cnncost.conventions.rules import RuleConvention
from cnncost.render.document import Column, Document, Line, Table
from cnncost.render.passages import Entry, Items, Paragraph, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.conventions import Convention
    from cnncost.render.passages import Passage


def catalogue_document() -> Document:
    """Every convention in a line."""
    return Document(
        tables=lambda: [_list()],
        passages=lambda: [Entry(_heading(each), (f"{each.about}.", each.source)) for each in CONVENTIONS.values()],
        data=lambda: {"schema": 1, "conventions": [*map(_summary, CONVENTIONS.values())]},
    )


def convention_document(convention: Convention) -> Document:
    """One convention with its rules and quirks."""
    return Document(
        convention.name,
        (convention.about,),
        tables=lambda: [_rule_table(convention)],
        passages=lambda: _passages(convention),
        notes=(*convention.quirks, _source(convention)),
        data=lambda: {"schema": 1, **_data(convention)},
    )


def _list() -> Table:
    columns = (Column("name", "name"), Column("unit", "unit"), Column("about", "about"), Column("source", "source"))
    lines = [Line((each.name, each.unit, each.about, each.source)) for each in CONVENTIONS.values()]
    return Table(columns, tuple(lines))


def _rule_table(convention: Convention) -> Table:
    columns = (Column("layers", "layers"), Column("count", "what one counts"))
    lines = tuple([Line((layers, rule)) for layers, rule in _rules(convention)])
    return Table(columns, lines)


def _passages(convention: Convention) -> Iterator[Passage]:
    yield Entry(_heading(convention), ())
    yield Paragraph(f"{convention.about}.")
    yield Terms(tuple(_rules(convention)))
    yield Items(convention.quirks)
    yield Paragraph(_source(convention))


def _heading(convention: Convention) -> str:
    return f"{convention.name}, in {convention.unit}"


def _source(convention: Convention) -> str:
    return f"source: {convention.source}"


def _rules(convention: Convention) -> Iterator[tuple[str, str]]:
    """The rules as text in the order of the file, and the variables that they read; none of a class."""
    if isinstance(convention, RuleConvention):
        book = convention.book
        for rule in book.rules:
            yield ", ".join(rule.layers), rule.text
        if book.free:
            yield "free", ", ".join(book.free)
        if book.otherwise is not None:
            yield "otherwise", book.otherwise.text
        for name, rule in book.variables.items():
            yield f"{name} =", rule.text


def _summary(convention: Convention) -> dict[str, Any]:
    keys = ("name", "unit", "flops_per_mac", "about", "source")
    return {key: getattr(convention, key) for key in keys}


def _data(convention: Convention) -> dict[str, Any]:
    """All of one convention; the rules of one that is a class are its program."""
    rules: dict[str, Any] = {"vars": None, "rules": None, "free": None, "otherwise": None}
    if isinstance(convention, RuleConvention):
        book = convention.book
        rules = {
            "vars": {name: rule.text for name, rule in book.variables.items()},
            "rules": {", ".join(rule.layers): rule.text for rule in book.rules},
            "free": list(book.free),
            "otherwise": None if book.otherwise is None else book.otherwise.text,
        }
    return {**_summary(convention), "quirks": list(convention.quirks), **rules}
