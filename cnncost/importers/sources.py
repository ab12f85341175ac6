"""What stands in place of a spec: a spec, or a model that is imported. The one place that tells them apart.

A name with a colon is a model in Python: ``torchvision:resnet50``, ``timm:convnext_tiny``, ``package.module:factory``,
``path/to/file.py:factory``. Importing one runs its Python code; a spec is data, and never runs any, and neither does
a file of another program: ``model.onnx``, ``yolov3.cfg``, ``yolov8n.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from os.path import exists
from typing import TYPE_CHECKING

from cnncost.arguments import flag, text, wrong_type
from cnncost.errors import SpecError
from cnncost.importers.files import foreign_file, load_file
from cnncost.language.load import limits_given, path_given
from cnncost.language.load import load as load_spec
from cnncost.language.request import parse_request, shapes_given
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits

_FACTORY = re.compile(r"(.*\.py|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)", re.DOTALL)
"""A file of Python, or a module as it is imported, and a name in it."""


class ModelSource(NamedTuple):
    """Where a model in Python is made."""

    place: str
    """A library, a module, or the path of a file of Python."""
    name: str
    """What is called there: the name of a model, or of a function or class."""

    def __str__(self) -> str:
        return f"{self.place}:{self.name}"


class ModelRequest(NamedTuple):
    """A model that a user asked for, and how it is to be made."""

    source: ModelSource
    """Where it is made."""
    arguments: Mapping[str, object]
    """What it is called with; texts are read as Python's literals where they are some."""
    inputs: object
    """The shapes of one sample: one, several by name, a tuple in order, or nothing, where the library says."""
    most_nodes: int
    """How many layers it may have."""
    partial: bool = False
    """Whether operators that are not known become gaps."""


def model_source(spec: str) -> ModelSource | None:
    """Where the model is made that a text names; ``None`` where it names no model in Python.

    >>> model_source("torchvision:resnet50@num_classes=10"), model_source("resnet50")
    (ModelSource(place='torchvision', name='resnet50'), None)
    """
    if ":" not in spec or exists(spec):
        return None
    match = _FACTORY.fullmatch(parse_request(spec).spec)
    return ModelSource(match[1], match[2]) if match else None


def is_imported(spec: str) -> bool:
    """Whether a text names a model that is imported, and not a spec.

    Raises:
        SpecError: it names one in a way that does not hold.
    """
    return model_source(spec) is not None or foreign_file(spec) is not None


def load(
    spec: str | Path,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
) -> Graph:
    """The graph of a spec, or of a model in place of one.

    Args:
        spec: as for :func:`cnncost.language.load.load`, or a model in Python. What follows behind an ``@`` sets
            variables of a spec, and arguments of a model. Or a file of ONNX, Darknet or Ultralytics.
        set: variables of a spec to override.
        input: other input shapes; the shapes of one sample of a model's inputs.
        limits: how large the file and the network may be.
        arguments: what a model is called with.
        partial: whether operators of a model that are not known become gaps.

    Raises:
        SpecError: no such spec or model, or one that does not hold; the text says where and what to do.
    """
    spec = path_given(spec)
    source = model_source(spec)
    given, partial = _arguments_given(arguments), flag("`partial`", partial)
    if source is None:
        file = foreign_file(spec)
        _refuse_for_specs(given, partial=partial and file is None)
        if file is None:
            return load_spec(spec, set=set, input=input, limits=limits)
        if set:
            raise SpecError(f"`{file.path[-80:]}` is a file of {file.program}, and variables are of specs")
        return load_file(file, shapes_given(input), limits_given(limits), partial=partial)
    if set:
        hint = f"`--arg {next(iter(set))}=...` calls it with an argument"
        raise SpecError(f"`{source}` is a model, and variables are of specs", hint=hint)
    from cnncost.importers.pytorch.load import import_model  # PyTorch, for those who ask for it

    most = limits_given(limits).nodes
    request = model_request(spec, source, given, shapes_given(input), most)
    return import_model(request._replace(partial=partial))


def model_request(
    spec: str, source: ModelSource, arguments: Mapping[str, object], inputs: object, most_nodes: int
) -> ModelRequest:
    """What a text asks for that names a model in Python, with the arguments that stand behind an ``@``.

    Args:
        spec: the text.
        source: from :func:`model_source`.
        arguments: other arguments of the model.
        inputs: the shapes of what it reads.
        most_nodes: how many layers it may have.

    Raises:
        SpecError: an argument that is given twice, or something else than arguments behind the ``@``.
    """
    request = parse_request(spec)
    if request.variant is not None:
        hint = f"an argument is `name=value`: `{source}@num_classes=10`"
        raise SpecError(f"`{source}` is a model, and has no variant `{request.variant}`", hint=hint)
    twice = sorted(request.settings.keys() & arguments.keys())
    if twice:
        raise SpecError(f"`{spec}` gives `{twice[0]}`, and so does another argument")
    return ModelRequest(source, {**request.settings, **arguments}, inputs, most_nodes)


def _arguments_given(arguments: object) -> dict[str, object]:
    """The argument `arguments` of the Python API.

    Raises:
        SpecError: it is not a mapping of names to values.
    """
    if arguments is None:
        return {}
    if not isinstance(arguments, Mapping):
        raise wrong_type("`arguments`", 'a mapping of names to values, such as `{"num_classes": 10}`', arguments)
    return {text("an argument in `arguments`", name, "a name"): value for name, value in arguments.items()}


def _refuse_for_specs(arguments: Mapping[str, object], *, partial: bool) -> None:
    """Raise a SpecError for what only models have."""
    if partial:
        raise SpecError("`partial` is for models that are imported: every layer of a spec is known")
    if arguments:
        name = next(iter(arguments))
        raise SpecError(f"a spec is called with no arguments, and `{name}` is one", hint="`--set` sets its variables")
