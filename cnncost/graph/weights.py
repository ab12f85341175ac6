"""Weights that a node uses of another, and weights that are not trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.graph.graph import INPUT

if TYPE_CHECKING:
    from cnncost.errors import Origin
    from cnncost.graph.graph import Node


def freeze(nodes: list[Node], made: range) -> None:
    """Stop the training of the weights of the nodes `made`, except those that are shared from elsewhere."""
    for number in made:
        if nodes[number].weights in made:
            nodes[number] = nodes[number]._replace(trainable=False)


def share(nodes: list[Node], owners: range, made: range, name: str, origin: Origin | None) -> None:
    """Let the nodes `made` use the weights of the nodes `owners`, one by one; `name` is what errors call those.

    Raises:
        SpecError: the two are not the same layers with the same numbers of parameters.
    """
    theirs = [node for node in map(nodes.__getitem__, owners) if has_weights(node)]
    ours = [node for node in map(nodes.__getitem__, made) if has_weights(node)]
    if not theirs:
        raise SpecError(f"`{name}` has no weights to share", origin)
    if len(theirs) != len(ours):
        raise SpecError(f"`{name}` has {_layers_with_weights(theirs)}, this step {len(ours)}", origin)
    for owner, sharer in zip(theirs, ours, strict=True):
        if not owner.layer.may_share_with(sharer.layer) or owner.parameters() != sharer.parameters():
            message = f"`{owner.name}` and `{sharer.name}` cannot share weights"
            raise SpecError(message, origin, hint=_difference(owner, sharer))
        trainable = nodes[owner.weights].trainable
        nodes[sharer.id] = sharer._replace(weights=owner.weights, trainable=trainable)


def has_weights(node: Node) -> bool:
    """Whether a node stores anything: parameters, or running statistics."""
    if node.layer is INPUT:
        return False
    return node.parameters() > 0 or any(node.buffers()) or "parameters" in node.layer.unsaid


def _layers_with_weights(nodes: list[Node]) -> str:
    return "1 layer with weights" if len(nodes) == 1 else f"{len(nodes)} layers with weights"


def _difference(one: Node, other: Node) -> str:
    """In what two nodes differ that were to share weights."""
    if one.type != other.type:
        return f"`{one.name}` is a `{one.type}`, `{other.name}` a `{other.type}`"
    ours, theirs = one.layer.arguments, other.layer.arguments
    fields = [f"`{name}`" for name in ours if ours[name] != theirs[name]]
    if fields:
        return f"they differ in {' and '.join(fields)}"
    return f"`{one.name}` reads {one.xs[0]}, `{other.name}` reads {other.xs[0]}"
