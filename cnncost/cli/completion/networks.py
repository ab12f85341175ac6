"""Networks, and what is named in them: variables, layers and blocks of the spec that stands on the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.cli.completion.candidates import Candidate, behind, plain
from cnncost.cli.completion.files import SPECS, files
from cnncost.cli.completion.models import LIBRARIES, models_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.cli.completion.line import Typed
    from cnncost.graph.graph import Graph
    from cnncost.language.document.document import Document

_RUN = ("batch", "dtype", "amp", "mode", "optimizer", "device")
"""What may stand behind an `@` besides variables, where several networks are compared."""


def specs(typed: Typed) -> Iterator[Candidate]:
    """What may stand in place of a spec: what ships, files, and what follows an `@`; for `explain`, layer types too."""
    begun = typed.begun
    spec, at, settings = begun.partition("@")
    if at:
        before, _, setting = settings.rpartition(";")
        known = f"{spec}@{before};" if before else f"{spec}@"
        yield from behind(known, _settings_behind(typed, spec, setting))
        return
    place, colon, _ = begun.rpartition(":")
    if colon:
        yield from behind(f"{place}:", models_of(place))
        return
    if "/" not in begun and begun[:1] not in (".", "~"):
        yield from shipped()
        yield from (Candidate(f"{library}:", "a library of PyTorch models") for library in LIBRARIES)
    if typed.command == "explain":
        yield from layer_types()
    yield from files(begun, SPECS)


def shipped() -> Iterator[Candidate]:
    """The architectures that ship, each with its task."""
    from cnncost.language.library import names

    for name, (path, _) in names().items():
        yield Candidate(name, path.parent.name.replace("_", " "))


def layer_types() -> Iterator[Candidate]:
    """The layer types of the language."""
    from cnncost.layers import STEP_TYPES

    for name, layer in STEP_TYPES.items():
        yield Candidate(name, (layer.__doc__ or "").partition("\n")[0].rstrip("."))


def settings(typed: Typed) -> Iterator[Candidate]:
    """`NAME=VALUE` of a variable of the spec on the line; of a field, where that is a layer type."""
    from cnncost.layers import STEP_TYPES

    for spec in _specs(typed):
        if spec in STEP_TYPES:
            before, comma, _ = typed.begun.rpartition(",")
            fields = STEP_TYPES[spec].fields.items()
            yield from behind(before + comma, [Candidate(f"{name}=", field.about) for name, field in fields])
        else:
            yield from _variables(spec, typed.begun)


def axes(typed: Typed) -> Iterator[Candidate]:
    """`NAME=` of what a sweep may vary."""
    for spec in _specs(typed):
        yield from _variables(spec, typed.begun)
    yield from plain(f"{name}=" for name in (*_RUN, "input"))


def variables(typed: Typed) -> Iterator[Candidate]:
    """The variables of the spec on the line by their names alone."""
    for document in filter(None, map(_document, _specs(typed))):
        yield from plain(document.variables)


def layers(typed: Typed) -> Iterator[Candidate]:
    """Layers and blocks of the network on the line, part after part of their names; those of PyTorch's modules too."""
    from cnncost.explanation.places import as_module

    names = [node.name for node in _network(typed).layers]
    yield from list(_parts(names, typed.begun)) or _parts([as_module(name) for name in names], typed.begun)


def blocks(typed: Typed) -> Iterator[Candidate]:
    """Blocks alone."""
    names = [node.name for node in _network(typed).layers]
    yield from (part for part in _parts(names, typed.begun) if part.value.endswith("."))


def _parts(names: list[str], begun: str) -> Iterator[Candidate]:
    """The names up to the dot that comes next.

    >>> [part.value for part in _parts(["stem.conv", "stage[0].conv", "stage[0].relu"], "st")]
    ['stem.', 'stage[0].']
    """
    counts: dict[str, int] = {}
    for name in names:
        if name.startswith(begun):
            end = name.find(".", len(begun))
            part = name if end < 0 else name[: end + 1]
            counts[part] = counts.get(part, 0) + 1
    for part, count in counts.items():
        yield Candidate(part, f"a block of {count} layers" if part.endswith(".") and count > 1 else "a layer")


def _settings_behind(typed: Typed, spec: str, begun: str) -> Iterator[Candidate]:
    """What may follow `SPEC@`: variables and variants."""
    document = _document(spec)
    if document is None:
        return
    yield from _variables(spec, begun)
    if "=" not in begun:
        yield from (Candidate(name, "a variant") for name in document.variants)
        if typed.command == "compare":
            yield from plain(f"{name}=" for name in _RUN)


def _variables(spec: str, begun: str) -> Iterator[Candidate]:
    """`NAME=` with the value that the spec gives it; behind the `=`, that value, and both of a switch."""
    from cnncost.language.yaml.nodes import Scalar

    document = _document(spec)
    if document is None:
        return
    for name, variable in document.variables.items():
        if variable.is_function:
            continue
        usual = variable.value.text if isinstance(variable.value, Scalar) else "a list"
        if not begun.startswith(f"{name}="):
            yield Candidate(f"{name}=", usual)
        elif usual in ("true", "false"):
            yield from plain(f"{name}={value}" for value in ("true", "false"))
        elif isinstance(variable.value, Scalar):
            yield Candidate(f"{name}={usual}", "as it is")


def _specs(typed: Typed) -> list[str]:
    """The specs that stand on the line."""
    return [*typed.values.get("spec", ()), *typed.values.get("specs", ())]


def _document(spec: str) -> Document | None:
    """The text of a spec, of which nothing is evaluated; ``None`` where there is none to be read from a file."""
    from cnncost.language.document.reading import document_of
    from cnncost.language.library import find, read
    from cnncost.language.limits import Limits
    from cnncost.language.request import parse_request

    if spec == "-" or _is_model(spec):
        return None
    limits = Limits()
    place = find(parse_request(spec).spec)
    return document_of(read(place, limits.bytes), place.name, limits)


def _network(typed: Typed) -> Graph:
    """The network on the line, as its options have it.

    Raises:
        SpecError: there is none, or none that is a spec: a model would have to be run.
    """
    from cnncost.cli.options import settings_of, shapes_of
    from cnncost.errors import SpecError
    from cnncost.language.load import load

    spec = next(iter(_specs(typed)), "-")
    if spec == "-" or _is_model(spec):
        raise SpecError("layers are known of specs")
    return load(spec, set=settings_of(typed.values.get("set")), input=shapes_of(typed.values.get("input")))


def _is_model(spec: str) -> bool:
    from cnncost.importers.sources import is_imported

    return is_imported(spec)
