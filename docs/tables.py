"""Fills the tables that stand between `<!-- name -->` and `<!-- end -->` in the documents, from the program itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cnncost.conventions import CONVENTIONS
from cnncost.conventions.file import KEYS as CONVENTION_KEYS
from cnncost.conventions.quantities import QUANTITIES
from cnncost.language.document.document import KEYS
from cnncost.language.document.signature import RESERVED
from cnncost.language.document.steps import MODIFIERS
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.layers import REGISTRY, SUGAR
from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.published.catalogue import shipped
from cnncost.report.schema import report_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.published.catalogue import Entry

_TABLE = re.compile(r"<!-- (?P<name>(?!end )[\w ]+) -->\n.*?<!-- end -->", re.DOTALL)


def with_tables(text: str) -> str:
    """The document with every table as it is now.

    >>> with_tables("<!-- reserved words -->\\n<!-- end -->").splitlines()[2]
    '`channels` `false` `first` `index` `input` `last` `true`'
    """
    return _TABLE.sub(lambda match: f"<!-- {match['name']} -->\n\n{table(match['name'])}\n\n<!-- end -->", text)


def table(name: str) -> str:
    """The table of that name."""
    if name.startswith("fields of "):
        return _fields(name.removeprefix("fields of "))
    return {
        "keys of a spec": lambda: _rows(("key", "what it holds"), KEYS.items()),
        "modifiers of a step": lambda: _rows(("modifier", "what it does"), MODIFIERS.items()),
        "functions": lambda: " ".join(f"`{builtin.signature}`" for builtin in BUILTINS.values()),
        "reserved words": lambda: " ".join(f"`{word}`" for word in sorted(RESERVED)),
        "layer types": _layer_types,
        "architectures": _architectures,
        "conventions": _conventions,
        "what they get wrong": _quirks,
        "keys of a convention": lambda: _rows(("key", "what it holds"), CONVENTION_KEYS.items()),
        "names in rules": lambda: _rows(
            ("name", "what it is"), [(name, each.about) for name, each in QUANTITIES.items()]
        ),
    }[name]()


def _layer_types() -> str:
    families: dict[str, list[str]] = {}
    for layer in (*REGISTRY.values(), *SUGAR.values()):
        families.setdefault(layer.family, []).append(f"`{layer.signature()}`")
    lines = [f"| {family} | {'<br>'.join(signatures)} |" for family, signatures in families.items()]
    return "\n".join(["| family | layers, with their parameters in order |", "|---|---|", *lines])


def _conventions() -> str:
    lines = [f"| `{each.name}` | {each.unit} | {each.about} | {each.source} |" for each in CONVENTIONS.values()]
    return "\n".join(["| name | counts | how | taken from |", "|---|---|---|---|", *lines])


def _quirks() -> str:
    """The quirks of every convention that has some."""
    parts = [
        "\n".join([f"**{each.name}**", "", *(f"- {quirk}" for quirk in each.quirks)])
        for each in CONVENTIONS.values()
        if each.quirks
    ]
    return "\n\n".join(parts)


def _architectures() -> str:
    """Those that ship, a table for each task."""
    entries = shipped().entries
    heading = ["| name | year | params | MACs | accuracy | printed in |", "|---|---|---:|---:|---|---|"]
    parts = []
    for task in dict.fromkeys(entry.task for entry in entries):
        rows = [_architecture(entry) for entry in entries if entry.task == task]
        parts.append("\n".join([f"### {(task or 'other').capitalize()}", "", *heading, *rows]))
    return "\n\n".join(parts)


def _architecture(entry: Entry) -> str:
    accuracy = "" if entry.accuracy is None else f"{entry.accuracy} % {entry.metric}"
    counts = ("" if count is None else f"{count:,}" for count in (entry.params, entry.macs))
    name = f"[{entry.name}](../specs/{entry.family}.yaml)"
    return f"| {' | '.join([name, str(entry.year), *counts, accuracy, entry.accuracy_source or ''])} |"


def _fields(part: str) -> str:
    """The fields of one part of a report."""
    schema = report_schema()
    layer, totals = schema["$defs"]["layer"], schema["properties"]["totals"]
    parts = {
        "the report": schema,
        "totals": totals | {"properties": {name: totals["properties"][name] for name in METRICS}},
        "algorithms": totals | {"properties": {name: totals["properties"][name] for name in algorithms.names()}},
        "a layer": layer | {"properties": _without_metrics(layer["properties"])},
        "ops": layer["properties"]["ops"],
        "a count": schema["$defs"]["count"],
        "a receptive field": schema["$defs"]["receptive_field"],
    }
    lines = ["| field | type | meaning |", "|---|---|---|"]
    for name, field in parts[part]["properties"].items():
        optional = "" if name in parts[part]["required"] else ", may be absent"
        lines.append(f"| `{name}` | {_type(field)}{optional} | {field.get('description', '')} |")
    return "\n".join(lines)


def _without_metrics(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: field for name, field in properties.items() if name not in (*METRICS, *algorithms.names())}


def _type(field: Mapping[str, Any]) -> str:
    """The type of a field in a few words."""
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2].replace("_", " ")
    if "anyOf" in field:
        return " or ".join(map(_type, field["anyOf"]))
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    return " or ".join(f"array of {_type(field['items'])}" if name == "array" else name for name in types)


def _rows(heading: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {heading[0]} | {heading[1]} |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {about} |" for name, about in rows)])
