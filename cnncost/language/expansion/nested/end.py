"""The step after which a network in a network stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.scopes.environment import Environment
from cnncost.language.expansion.scopes.names import binding_of
from cnncost.language.expansion.scopes.references import head_of, outputs_of, resolve
from cnncost.language.yaml.forms import plain_text, text_span
from cnncost.language.yaml.nodes import Scalar

if TYPE_CHECKING:
    from cnncost.language.expansion.scopes.names import Lexicon
    from cnncost.language.yaml.nodes import Node


class End:
    """What `until` says: a reference into the network, whose indices are expressions of the caller.

    Raises:
        SpecError: it is no reference, or an index has no value.
    """

    def __init__(self, until: Node, outer: Environment) -> None:
        plain_text(until, "`until`")
        assert isinstance(until, Scalar)
        numbers = {name: value for name, value in outer.values.items() if binding_of(value) is None}
        self._node, self._span = until, text_span(until)
        self._environment = Environment(outer.globals, numbers)  # the names of outputs are those of the network
        self.step, self.turn = head_of(until.text, self._span, self._environment)

    def outputs(self, lexicon: Lexicon) -> list[int]:
        """The output of the step, by the names of the network's steps.

        Raises:
            SpecError: there is no such step, or not one output.
        """
        found = resolve(self._node.text, self._span, lexicon, self._environment)
        if len(found) != 1:
            raise SpecError(f"`until` names one step, not {len(found)}", self._node.span)
        return outputs_of(found[0], self._node)
