"""Fills the tables that stand between `<!-- name -->` and `<!-- end -->` in the documents, from the program itself."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.api.documents import json_schema
from cnncost.conventions import CONVENTIONS
from cnncost.conventions.file import KEYS as CONVENTION_KEYS
from cnncost.conventions.quantities import QUANTITIES
from cnncost.language.document.document import KEYS
from cnncost.language.document.signature import RESERVED
from cnncost.language.document.steps import MODIFIERS
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.layers import STEP_TYPES
from cnncost.layers.base.elsewhere import layer_elsewhere
from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.published.catalogue import shipped
from cnncost.published.tasks import TASKS
from docs.writers import calibrated, latency_h200, measured, memory_peers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from cnncost.published.catalogue import Entry

_TABLE = re.compile(r"<!-- (?P<name>(?!end )[\w ]+) -->\n.*?<!-- end -->", re.DOTALL)

_PARTS: dict[str, tuple[str, str | None]] = {
    "the report": ("analyze", None),
    "totals": ("analyze", None),
    "algorithms": ("analyze", None),
    "a count": ("analyze", "Count"),
    "a layer": ("analyze", "Layer"),
    "ops": ("analyze", "Operations"),
    "a receptive field": ("analyze", "ReceptiveField"),
    "a comparison": ("compare", "ComparisonDocument"),
    "a compared network": ("compare", "ComparedNetwork"),
    "a comparison by stage": ("compare", "StageComparisonDocument"),
    "a stage": ("compare", "Stage"),
    "a published comparison": ("compare", "PublishedComparisonDocument"),
    "a claim": ("compare", "Claim"),
    "a judgement": ("compare", "Judgement"),
    "a printed claim": ("compare", "Printed"),
    "a layer explained": ("explain", "LayerExplanationDocument"),
    "a figure": ("explain", "Figure"),
    "an algorithm": ("explain", "Algorithm"),
    "totals explained": ("explain", "SumExplanationDocument"),
    "a breakdown": ("explain", "Breakdown"),
    "a part": ("explain", "Part"),
    "formulas of a network": ("explain", "ClosedFormsDocument"),
    "a formula": ("explain", "Formula"),
    "a term": ("explain", "Term"),
    "a rounding": ("explain", "Rounding"),
    "a zoo": ("zoo", None),
    "an architecture": ("zoo", "Architecture"),
    "a sweep": ("sweep", ""),
    "a design point": ("sweep", "DesignPoint"),
    "checks": ("check", None),
    "a check": ("check", "Check"),
    "a reconciliation": ("reconcile", "Reconciliation"),
    "a way": ("reconcile", "Way"),
    "verifications": ("verify", None),
    "a verification": ("verify", "VerifiedNetwork"),
    "a memory": ("memory", ""),
    "a step": ("memory", "Step"),
    "a verdict": ("memory", "Verdict"),
    "a part of a memory": ("memory", "Part"),
    "a moment": ("memory", "Moment"),
    "a predicted latency": ("latency", ""),
    "a timed layer": ("latency", "TimedLayer"),
    "a device": ("latency", "LatencyDevice"),
    "a fit": ("fit", ""),
    "largest inputs": ("fit", "LargestInputs"),
    "a change": ("fit", "Change"),
    "changed settings": ("fit", "ChangedSettings"),
    "a verified figure": ("verify", "Check"),
    "a model comparison": ("verify", "ModelComparison"),
    "a difference": ("verify", "Difference"),
    "a machine": ("verify", "Machine"),
    "a latency": ("verify", "Latency"),
    "a timing of a step": ("verify", "RatedTiming"),
    "a latency of a layer": ("verify", "LayerLatency"),
    "a prediction of latency": ("verify", "PredictedLatency"),
    "a peak of memory": ("verify", "Memory"),
    "a convention": ("conventions", "ConventionDocument"),
}
"""The parts of documents that have a table of their fields: the command, and the definition in its schema."""

_FIGURES: dict[str, Callable[[], Collection[str]]] = {"totals": lambda: METRICS, "algorithms": algorithms.names}
"""The figures of the totals, in two tables."""


def with_tables(text: str) -> str:
    """The document with every table as it is now.

    >>> with_tables("<!-- reserved words -->\\n<!-- end -->").splitlines()[2]
    '`channels` `false` `first` `index` `input` `last` `positions` `spatial` `true`'
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
        "layers of PyTorch": _layers_of_torch,
        "architectures": _architectures,
        "measurements": measured.table,
        "memory of other tools": memory_peers.table,
        "memory of other tools in short": memory_peers.short_table,
        "what other tools count as memory": memory_peers.counts_table,
        "calibrated devices": calibrated.table,
        "latency on an h200": latency_h200.table,
        "latency on an h200 in short": latency_h200.short_table,
        "conventions": _conventions,
        "what they get wrong": _quirks,
        "keys of a convention": lambda: _rows(("key", "what it holds"), CONVENTION_KEYS.items()),
        "names in rules": lambda: _rows(
            ("name", "what it is"), [(name, each.about) for name, each in QUANTITIES.items()]
        ),
    }[name]()


def _layer_types() -> str:
    families: dict[str, list[str]] = {}
    for layer in STEP_TYPES.values():
        families.setdefault(layer.family, []).append(f"`{layer.signature()}`")
    lines = [f"| {family} | {'<br>'.join(signatures)} |" for family, signatures in families.items()]
    return "\n".join(["| family | layers, with their parameters in order |", "|---|---|", *lines])


def _layers_of_torch() -> str:
    """The layer types that PyTorch has as modules, by what they are called there, if that is not the same word."""
    from torch import nn

    modules: dict[str, list[str]] = {}
    for name, kind in vars(nn).items():
        if isinstance(kind, type) and issubclass(kind, nn.Module) and not name.startswith("Lazy"):
            keyword = layer_elsewhere(name, STEP_TYPES)
            if keyword is not None and keyword != name.lower():
                modules.setdefault(keyword, []).append(f"`{name}`")
    lines = [f"| {', '.join(modules[each])} | `{each}` |" for each in STEP_TYPES if each in modules]
    return "\n".join(["| `torch.nn` | here |", "|---|---|", *lines])


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
    """Those that ship, a table for each task below what it is."""
    entries = shipped().entries
    heading = ["| name | year | params | MACs | accuracy | printed in |", "|---|---|---:|---:|---|---|"]
    parts = []
    for task in dict.fromkeys(entry.task for entry in entries):
        found = [entry for entry in entries if entry.task == task]
        rows = map(_architecture, found)
        parts.append("\n".join([f"### {str(task).capitalize()}", "", _about(str(task), found), "", *heading, *rows]))
    return "\n\n".join(parts)


def _about(task: str, entries: Sequence[Entry]) -> str:
    """What the architectures of a task answer, when they were published, and what their accuracies are of."""
    years = sorted({entry.year for entry in entries if entry.year})
    metrics = Counter(entry.metric for entry in entries if entry.metric).most_common()
    measured = ", ".join(f"{metric} ({number})" for metric, number in metrics)
    accuracies = f"accuracies are of {measured}" if measured else "no accuracy in percent is published"
    return f"{TASKS[task].capitalize()}: {len(entries)} architectures, {years[0]} to {years[-1]}; {accuracies}."


def _architecture(entry: Entry) -> str:
    accuracy = "" if entry.accuracy is None else f"{entry.accuracy} % {entry.metric}"
    counts = ("" if count is None else f"{count:,}" for count in (entry.params, entry.macs))
    name = f"[{entry.name}](../specs/{entry.task}/{entry.family}.yaml)"
    return f"| {' | '.join([name, str(entry.year), *counts, accuracy, entry.accuracy_source or ''])} |"


def _fields(part: str) -> str:
    """The fields of one part of a document."""
    command, definition = _PARTS[part]
    schema = json_schema(command)
    schema = schema["$defs"][definition] if definition else schema
    if part in _FIGURES:
        schema = schema["properties"]["totals"]
    shown = _FIGURES.get(part, lambda: schema["properties"].keys() - _told_elsewhere(part))()
    lines = ["| field | type | meaning |", "|---|---|---|"]
    for name, field in schema["properties"].items():
        if name in shown:
            optional = "" if name in schema.get("required", ()) else ", may be absent"
            lines.append(f"| `{name}` | {_type(field)}{optional} | {field.get('description', '')} |")
    return "\n".join(lines)


def _told_elsewhere(part: str) -> set[str]:
    """Fields that have a table of their own: the figures of a layer, and of a breakdown those of every figure."""
    if part == "a breakdown":
        return {*json_schema("explain")["$defs"]["Figure"]["properties"]}
    return {*METRICS, *algorithms.names()} if part == "a layer" else set()


def _type(field: Mapping[str, Any]) -> str:
    """The type of a field in a few words.

    >>> _type({"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/ReceptiveField"}}, {"type": "null"}]})
    'array of receptive field or null'
    """
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        name = str(field["$ref"]).rpartition("/")[2]
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    if several := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(map(_type, several))
    if field["type"] == "array":
        items = f"two of {_type(field['prefixItems'][0])}" if "prefixItems" in field else _type(field["items"])
        return f"array of {items}"
    return str(field["type"])


def _rows(heading: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {heading[0]} | {heading[1]} |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {about} |" for name, about in rows)])
