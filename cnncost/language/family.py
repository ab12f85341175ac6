"""A spec that is read once, and expanded for many settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language import library
from cnncost.language.document.reading import document_of
from cnncost.language.expansion.nested.files import Networks
from cnncost.language.expansion.scopes.environment import Environment, Globals
from cnncost.language.expansion.scopes.variables import define_variables
from cnncost.language.limits import Limits
from cnncost.language.load import build, path_given
from cnncost.language.request import (
    chosen_variant,
    parse_request,
    refuse_unless_variable,
    setting_node,
    setting_nodes,
    settings_given,
    shapes_given,
)
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cnncost.graph.graph import Graph
    from cnncost.language.document.document import Document
    from cnncost.language.expansion.scopes.variables import Element
    from cnncost.language.expressions.values import Value
    from cnncost.language.yaml.nodes import Node


class Family(NamedTuple):
    """The networks that a spec describes.

    >>> family = read_family("lenet5")
    >>> family.network({"classes": 10}).nodes[-1].y.dims, family.network({}, shapes=[3, 32, 32]).nodes[0].y.dims
    ((10,), (3, 32, 32))
    """

    document: Document
    """The spec."""
    title: str
    """The network's name."""
    settings: Mapping[str, Node]
    """What is set for all of them, by variable."""
    size: int
    """Bytes of the file."""
    path: Path | None
    """Where it lies; ``None`` where it is no file."""
    limits: Limits
    """How large the networks may be."""

    def refuse_unless_variable(self, name: str) -> None:
        """Refuse the name of something else than a variable of the spec.

        Raises:
            SpecError: it is that.
        """
        refuse_unless_variable(self.document, name, None)

    def variables(self) -> dict[str, Value]:
        """What the variables of the spec are, functions among them.

        Raises:
            SpecError: one of them has no value.
        """
        globals_ = Globals(self.document.blocks, self.document.layers)
        define_variables(self.document, self.settings, Environment(globals_))
        return globals_.variables

    def network(
        self,
        values: Mapping[str, Value],
        elements: Mapping[str, Sequence[Element]] | None = None,
        shapes: object = None,
        written: Mapping[str, object] | None = None,
    ) -> Graph:
        """One of the networks, or many that differ in their numbers.

        Args:
            values: what variables are, as expressions have it.
            elements: what elements of variables are that are lists.
            shapes: other input shapes, as for :func:`cnncost.language.load.load`.
            written: variables to override, as for that.

        Raises:
            SpecError: a spec that does not hold with these.
        """
        try:
            settings = {name: setting_node(name, value) for name, value in settings_given(written).items()}
            networks = Networks(self.limits, self.size, self.path)
            overrides = {**self.settings, **settings}
            return build(
                self.document, self.title, overrides, shapes_given(shapes), networks, values=values, elements=elements
            )
        except RecursionError:
            raise SpecError(f"`{self.document.file}` nests too deep") from None


def read_family(spec: str | Path, set: Mapping[str, object] | None = None, limits: Limits | None = None) -> Family:  # noqa: A002
    """The networks of a spec.

    Args:
        spec: as for :func:`cnncost.language.load.load`.
        set: variables that are set for all of them.
        limits: how large the file and the networks may be.

    Raises:
        SpecError: there is no such spec, or its file is none.
    """
    limits, request = limits or Limits(), parse_request(path_given(spec))
    place = library.find(request.spec)
    data = library.read(place, limits.bytes)
    document = document_of(data, place.name, limits)
    settings, _, title = chosen_variant(document, request.variant or place.variant)
    nodes = {**settings, **setting_nodes(request, settings_given(set))}
    return Family(document, title, nodes, len(data), place.path, limits)
