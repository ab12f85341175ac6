"""What a step says whatever its turn is: it is parsed, and its arguments matched, once however often it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.language.document.steps import Step, parse_steps
from cnncost.language.expansion.arguments import block_parameters, layer_parameters, match, match_beside
from cnncost.language.expansion.fields import FieldArguments

if TYPE_CHECKING:
    from cnncost.language.document.signature import Signature
    from cnncost.language.expansion.arguments import Argument
    from cnncost.language.yaml.nodes import Node
    from cnncost.layers import Layer


class Prepared:
    """The steps and arguments met so far; nodes of the tree are unlike each other, so they are the keys."""

    def __init__(self) -> None:
        self._steps: dict[Node, list[Step]] = {}
        self._of_layers: dict[tuple[type[Layer], Node | None, Node | None], FieldArguments] = {}
        self._of_blocks: dict[tuple[int, Node | None], tuple[Signature, dict[str, Argument]]] = {}

    def steps(self, node: Node, what: str) -> list[Step]:
        """The steps in `node`, which errors call `what`."""
        steps = self._steps.get(node)
        if steps is None:
            steps = self._steps[node] = parse_steps(node, what)
        return steps

    def of_layer(self, step: Step, kind: type[Layer]) -> FieldArguments:
        """The arguments of a step that calls a layer."""
        key = kind, step.arguments, step.beside
        matched = self._of_layers.get(key)
        if matched is None:
            arguments = match_beside(layer_parameters(step.callee, kind), step.arguments, step.beside)
            matched = self._of_layers[key] = FieldArguments(kind.fields, arguments)
        return matched

    def of_block(self, step: Step, signature: Signature) -> dict[str, Argument]:
        """The arguments of a step that calls what has a signature, by the names of its parameters."""
        key = id(signature), step.arguments  # the signature is kept with its arguments, so no other has its id
        matched = self._of_blocks.get(key)
        if matched is None:
            matched = self._of_blocks[key] = signature, match(block_parameters(signature), step.arguments)
        return matched[1]
