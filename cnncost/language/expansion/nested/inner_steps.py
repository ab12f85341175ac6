"""Steps of a network in a network, as its caller names them: the one after which it stops, those that are frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.scopes.environment import Environment
from cnncost.language.expansion.scopes.names import binding_of
from cnncost.language.expansion.scopes.references import head_of, outputs_of, resolve
from cnncost.language.yaml.forms import plain_text, text_span
from cnncost.language.yaml.nodes import Scalar, SequenceNode

if TYPE_CHECKING:
    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.expansion.scopes.names import Lexicon
    from cnncost.language.yaml.nodes import Node


class End:
    """What `until` says: a reference into the network, whose indices are expressions of the caller.

    Raises:
        SpecError: it is no reference, or an index has no value.
    """

    def __init__(self, until: Node, outer: Environment) -> None:
        self._node, self._environment = _named(until, "`until`"), _of_indices(outer)
        self.step, self.turn = head_of(self._node.text, text_span(self._node), self._environment)

    def outputs(self, lexicon: Lexicon) -> list[int]:
        """The output of the step, by the names of the network's steps.

        Raises:
            SpecError: there is no such step, or not one output.
        """
        found = resolve(self._node.text, text_span(self._node), lexicon, self._environment)
        if len(found) != 1:
            raise SpecError(f"`until` names one step, not {len(found)}", self._node.span)
        return outputs_of(found[0], self._node)


def freeze_steps(builder: GraphBuilder, node: Node | None, lexicon: Lexicon, outer: Environment) -> None:
    """Stop the training of the weights of the steps that `frozen` names, one or a list.

    Raises:
        SpecError: there is no such step.
    """
    items = [] if node is None else node.items if isinstance(node, SequenceNode) else [node]
    for item in items:
        name = _named(item, "each of `frozen`")
        for binding in resolve(name.text, text_span(name), lexicon, _of_indices(outer)):
            builder.freeze(range(binding.first, binding.end))


def _named(node: Node, what: str) -> Scalar:
    """A node as the name of a step."""
    plain_text(node, what)
    assert isinstance(node, Scalar)
    return node


def _of_indices(outer: Environment) -> Environment:
    """What the indices of a reference see: values of the caller, without outputs, whose names are the network's own."""
    values = {name: value for name, value in outer.values.items() if binding_of(value) is None}
    return Environment(outer.globals, values)
