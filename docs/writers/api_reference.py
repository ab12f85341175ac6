"""Writes `docs/reference`: the public functions of Python, and the records that they return, from their docstrings.

Griffe reads the source; which records there are follows from what functions return and what fields hold.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import griffe

import cnncost
from docs.writers.api_docstrings import Links, argument_names, parsed, sections
from docs.writers.examples import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER = "reference"

_ALSO = ("cnncost.arguments.ArgumentError", "cnncost.errors.Span", "cnncost.errors.Source")
"""What nothing returns: it is raised, or stands in what is."""

_NOTE = "<!-- written by `python -m docs.generate --write` from the docstrings -->\n"


class Topic(NamedTuple):
    """A page of records."""

    title: str
    """What they are about."""
    about: str
    """In a sentence."""
    packages: tuple[str, ...]
    """Where they are defined; what is in none of a page is not documented here."""


TOPICS = {
    "reports": Topic(
        "Reports",
        "What `analyze`, `compare` and `check` return.",
        ("cnncost.report", "cnncost.settings", "cnncost.metrics"),
    ),
    "graphs": Topic(
        "Networks", "What `load` returns, and what may be said of specs.", ("cnncost.graph", "cnncost.language.limits")
    ),
    "explanations": Topic(
        "Explanations",
        "What `explain` and `closed_forms` return.",
        ("cnncost.explanation", "cnncost.spaces.closed_forms"),
    ),
    "memory-of-a-step": Topic("The memory of a step", "What `memory` and `fit` return.", ("cnncost.footprint",)),
    "latency-of-a-step": Topic("The latency of a step", "What `latency` returns.", ("cnncost.roofline.report",)),
    "published-figures": Topic(
        "Published figures", "What `zoo`, `compare_published` and `reconcile` return.", ("cnncost.published",)
    ),
    "design-spaces": Topic("Design spaces", "What `sweep` returns.", ("cnncost.spaces.results",)),
    "verifications": Topic("Verifications", "What `verify` returns.", ("cnncost.verification", "cnncost.measurement")),
    "errors": Topic(
        "Errors", "What is raised, and where it says that the fault is.", ("cnncost.errors", "cnncost.arguments")
    ),
}
"""The pages of records by the names of their files."""


def pages() -> dict[str, Callable[[], str]]:
    """What writes each page, by its name below `docs`."""
    topics = {f"{FOLDER}/{name}.md": partial(_topic_page, name) for name in TOPICS}
    return {f"{FOLDER}/index.md": _index, f"{FOLDER}/functions.md": _function_page, **topics}


@cache
def public() -> dict[str, griffe.Object]:
    """What `cnncost.__all__` names."""
    return {name: _found(getattr(cnncost, name)) for name in sorted(cnncost.__all__)}


@cache
def records() -> dict[str, griffe.Class]:
    """Every class of a page, by its path: those that are public, and what functions and fields give."""
    found: dict[str, griffe.Class] = {}
    waiting = [*public().values(), *(_at(path) for path in _ALSO)]
    while waiting:
        thing = waiting.pop(0)
        if thing.path in found or (thing.is_class and _topic_of(thing) is None):
            continue
        if thing.is_class:
            found[thing.path] = thing
        waiting += [each for each in map(_at, _mentioned(thing)) if each is not None]
    return found


def members(record: griffe.Class) -> list[griffe.Object]:
    """The public fields, properties and methods of a record, those of its bases among them."""
    own = {name: each for name, each in record.members.items() if not each.is_alias}
    inherited = {name: each.final_target for name, each in record.inherited_members.items()}
    every = [each for name, each in {**own, **inherited}.items() if not name.startswith(("_", "model_"))]
    return [each for each in every if each.path.startswith("cnncost.") and not _is_of_base(each)]


def undocumented(record: griffe.Class) -> list[str]:
    """The names of members without a docstring, less the fields that stand among the arguments."""
    return [each.name for each in members(record) if not each.docstring and each.name not in arguments_of(each.parent)]


def arguments_of(thing: griffe.Object) -> set[str]:
    """The arguments that a docstring describes."""
    return {name for part in parsed(thing) if part.kind.value == "parameters" for name in argument_names(part)}


def _is_of_base(member: griffe.Object) -> bool:
    return member.path.startswith("cnncost.records.")


@cache
def _tree() -> griffe.Module:
    return griffe.load("cnncost", search_paths=[ROOT], docstring_parser="google", resolve_aliases=True)


def _found(thing: object) -> griffe.Object:
    return _tree()[f"{thing.__module__}.{thing.__qualname__}".removeprefix("cnncost.")]


def _at(path: str) -> griffe.Object | None:
    """What is at a path of the package: a class, or what another name stands for."""
    try:
        found = _tree()[path.removeprefix("cnncost.")] if path.startswith("cnncost.") else None
    except KeyError:
        return None
    if found is not None and found.is_alias:
        found = found.final_target
    return found if found is not None and (found.is_class or found.is_attribute) else None


def _mentioned(thing: griffe.Object) -> Iterator[str]:
    """The paths of what a function returns, a record's fields hold, or another name for types means."""
    if thing.is_class:
        types = [each.returns if each.is_function else each.annotation for each in members(thing)]
    else:
        types = [thing.returns if thing.is_function else thing.value]
    for each in types:
        if isinstance(each, griffe.Expr):
            yield from (part.canonical_path for part in each.iterate(flat=True) if isinstance(part, griffe.ExprName))


def _topic_of(thing: griffe.Object) -> str | None:
    for name, topic in TOPICS.items():
        if any(thing.path.startswith(f"{package}.") for package in topic.packages):
            return name
    return None


@cache
def _links() -> Links:
    """Where each name has its section."""
    places = {path: (f"{_topic_of(record)}.md", record.name) for path, record in records().items()}
    places |= {each.path: ("functions.md", name) for name, each in public().items() if each.is_function}
    return Links(places)


def _index() -> str:
    parts = ["# Python, name by name\n", _NOTE, "\n", _USE, "\n## Functions\n\n"]
    links = _links().on("index.md")
    functions = {name: each for name, each in public().items() if each.is_function}
    parts += [f"- {links.link(each.path, name)}: {_sentence(each, links)}\n" for name, each in functions.items()]
    parts.append("\n## Records\n\n")
    for name, topic in TOPICS.items():
        named = [each for each in _of_topic(name) if each.name in public()]
        listed = ", ".join(links.link(each.path, each.name) for each in named)
        parts.append(f"- [{topic.title}]({name}.md){f', with {listed}' if named else ''}: {topic.about}\n")
    return "".join(parts)


_USE = """\
Everything that the commands do is a function, which returns data: records whose fields have names, and which do not
change. `to_dict()` gives what `--format json` prints.

```python
>>> import cnncost
>>> report = cnncost.analyze("resnet50", batch=8)
>>> report.totals["params"], report.totals["macs"]
(25557032, 32713474048)
```
"""


def _function_page() -> str:
    links = _links().on("functions.md")
    parts = ["# Functions\n", _NOTE, "\nAll of them are names of `cnncost`.\n"]
    for name, function in public().items():
        if function.is_function:
            parts += [f"\n## {name}\n\n", *_function(function, links, f"cnncost.{name}")]
    return "".join(parts)


def _topic_page(name: str) -> str:
    links, topic = _links().on(f"{name}.md"), TOPICS[name]
    parts = [f"# {topic.title}\n", _NOTE, f"\n{topic.about}\n"]
    for record in _of_topic(name):
        parts += [f"\n## {record.name}\n\n", *_record(record, links)]
    return "".join(parts)


def _of_topic(name: str) -> list[griffe.Class]:
    """The records of a page: the public ones first."""
    return sorted(
        (each for each in records().values() if _topic_of(each) == name), key=lambda each: each.name not in public()
    )


def _record(record: griffe.Class, links: Links) -> Iterator[str]:
    home = "cnncost" if record.name in public() else record.parent.path
    yield f"`{home}.{record.name}`\n\n"
    yield from sections(record, links)
    fields = [each for each in members(record) if each.is_attribute and each.docstring]
    if fields:
        yield "\nFields:\n\n"
        yield from (
            f"- `{each.name}` ({links.of_type(each.annotation)}): {_sentence(each, links)}\n" for each in fields
        )
    for method in members(record):
        if method.is_function:
            yield f"\n### {record.name}.{method.name}\n\n"
            yield from _function(method, links, f"{record.name}.{method.name}")


def _function(function: griffe.Function, links: Links, name: str) -> Iterator[str]:
    yield f"```text\n{_signature(function, name)}\n```\n\n"
    if function.returns is not None:
        yield f"Returns: {links.of_type(function.returns)}{_returned(function, links)}\n\n"
    yield from sections(function, links)


def _returned(function: griffe.Function, links: Links) -> str:
    """What the docstring says of it."""
    found = [each for part in parsed(function) if part.kind.value == "returns" for each in part.value]
    return "".join(f": {links.in_text(' '.join(each.description.split()))}" for each in found) or "."


def _signature(function: griffe.Function, name: str) -> str:
    """The call as it may be written; one parameter a line where it is long."""
    parts, is_keyword = [], False
    for each in function.parameters:
        if each.name in ("self", "cls"):
            continue
        if each.kind is griffe.ParameterKind.keyword_only and not is_keyword:
            parts.append("*")
            is_keyword = True
        stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(each.kind, "")
        default = f" = {each.default}" if each.default is not None and not stars else ""
        parts.append(f"{stars}{each.name}: {each.annotation}{default}")
        is_keyword |= stars == "*"
    line = f"{name}({', '.join(parts)})"
    return line if len(line) <= 100 else f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + ")"


def _sentence(thing: griffe.Object, links: Links) -> str:
    """The first passage of a docstring."""
    return links.in_text(thing.docstring.value.split("\n\n")[0].replace("\n", " ")) if thing.docstring else ""
