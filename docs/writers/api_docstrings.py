"""Docstrings as Markdown: their text with links, arguments, what is raised, and examples that run by themselves."""

from __future__ import annotations

import ast
import builtins
import doctest
import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import griffe

import cnncost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROLE = re.compile(r":\w+:`~?([^`]+)`")


_CHECKED = "cnncost.validation."
_PLAIN = {
    **{f"{_CHECKED}{name}": "int" for name in ("Whole", "Count", "Positive")},
    **{f"{_CHECKED}{name}": "float" for name in ("Fraction", "Number")},
    f"{_CHECKED}Text": "str",
    f"{_CHECKED}Flag": "bool",
}
"""What types are called whose values are checked when they are made."""


class Links(NamedTuple):
    """Where what is documented has its section."""

    places: Mapping[str, tuple[str, str]]
    """Page and heading, by the path of what is documented."""
    page: str = ""
    """The page that links stand on."""

    def on(self, page: str) -> Links:
        """The links as they are written on a page."""
        return self._replace(page=page)

    def link(self, path: str, shown: str) -> str:
        """A link to what is at a path; the words alone where that has no section."""
        if path not in self.places:
            return f"`{shown}`"
        page, heading = self.places[path]
        return f"[`{shown}`]({'' if page == self.page else page}#{heading.lower()})"

    def in_text(self, text: str) -> str:
        """Text of a docstring with the marks of Markdown, and links where it names what has a section.

        >>> Links({}).in_text("as :func:`load`, or ``None``")
        'as `load`, or `None`'
        """
        text = _ROLE.sub(lambda match: self._named(match[1]), text)
        return text.replace("``", "`")

    def of_type(self, annotation: griffe.Expr | str | None) -> str:
        """A type, with links to the records in it."""
        if not isinstance(annotation, griffe.Expr):
            return f"`{annotation}`"
        parts = []
        for part in annotation.iterate(flat=True):
            path = part.canonical_path if isinstance(part, griffe.ExprName) else ""
            parts.append(self.link(path, part.name) if path in self.places else _PLAIN.get(path, str(part)))
        return _merged(parts)

    def _named(self, name: str) -> str:
        short = name.rpartition(".")[2]
        path = next((path for path in self.places if path == name or path.rpartition(".")[2] == short), name)
        return self.link(path, short)


def _merged(parts: list[str]) -> str:
    """Code and links in a row: neighbours that are code are one piece."""
    merged, code = [], ""
    for part in [*parts, ""]:
        if part.startswith("[`") or not part:
            merged += [f"`{code}`"] * bool(code) + [part]
            code = ""
        else:
            code += part
    return "".join(merged)


def parsed(thing: griffe.Object) -> list[griffe.DocstringSection]:
    """The sections of a docstring; several arguments may share a line, which griffe would warn of."""
    if thing.docstring is None:
        return []
    return thing.docstring.parse("google", warnings=False, returns_named_value=False, returns_multiple_items=False)


def argument_names(section: griffe.DocstringSection) -> list[str]:
    """The arguments that a section describes."""
    return [name.strip() for each in section.value for name in each.name.split(",")]


def sections(thing: griffe.Object, links: Links) -> Iterator[str]:
    """A docstring in Markdown, section by section."""
    spaced = False
    for section in parsed(thing):
        if section.kind is griffe.DocstringSectionKind.returns:
            continue  # stands beside its type
        if spaced:
            yield "\n"
        spaced = True
        if section.kind is griffe.DocstringSectionKind.text:
            yield from _text(section.value, thing, links)
        elif section.kind in _TITLES:
            yield f"{_TITLES[section.kind]}:\n\n"
            yield from (_item(each, links) for each in section.value)
        else:
            raise ValueError(f"{thing.path}: nothing is known of {section.kind}")


_TITLES = {
    griffe.DocstringSectionKind.parameters: "Arguments",
    griffe.DocstringSectionKind.raises: "Raises",
}


def _item(element: griffe.DocstringElement, links: Links) -> str:
    name = getattr(element, "name", None) or str(element.annotation)
    return f"- `{name}`: {links.in_text(' '.join(element.description.split()))}\n"


def _text(text: str, thing: griffe.Object, links: Links) -> Iterator[str]:
    """Paragraphs, lists and literal blocks as they are; examples in a block of their own."""
    passages = re.split(r"\n\n+", text.strip("\n"))
    for number, passage in enumerate(passages):
        if number:
            yield "\n"
        if passage.lstrip().startswith(">>>"):
            yield f"```python\n{_complete(passage, thing)}\n```\n"
        else:
            yield f"{_escaped(links.in_text(passage))}\n"


def _escaped(text: str) -> str:
    return re.sub(r"::(\n|$)", r":\1", text)


def _complete(example: str, thing: griffe.Object) -> str:
    """An example behind the imports that it needs where it stands by itself."""
    module = import_module(thing.module.path if not thing.is_module else thing.path)
    used, made = _names("".join(each.source for each in doctest.DocTestParser().get_examples(example)))
    homes: dict[str, list[str]] = {}
    for name in sorted(used - made):
        if name in cnncost.__all__:
            homes.setdefault("cnncost", []).append(name)
        elif not hasattr(builtins, name) and hasattr(module, name):
            value = getattr(module, name)
            home = getattr(value, "__module__", None) if callable(value) else module.__name__
            homes.setdefault(home if home in sys.modules else "", []).append(name)
    lines = [f">>> {f'from {home} ' if home else ''}import {', '.join(names)}" for home, names in sorted(homes.items())]
    return "\n".join([*lines, example])


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that code reads, and those that it makes itself."""
    tree = ast.parse(source)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    made |= {alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names}
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}, made
