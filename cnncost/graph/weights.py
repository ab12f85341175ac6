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
        SpecError: the two are not the same layers with the same numbers of parameters, nor is ours a `parameter` of the
            sizes of their weights.
    """
    theirs = [node for node in map(nodes.__getitem__, owners) if has_weights(node)]
    ours = [node for node in map(nodes.__getitem__, made) if has_weights(node)]
    if not theirs:
        raise SpecError(f"`{name}` has no weights to share", origin)
    if len(theirs) != len(ours):
        raise SpecError(f"`{name}` has {_layers_with_weights(theirs)}, this step {len(ours)}", origin)
    for owner, sharer in zip(theirs, ours, strict=True):
        is_same = owner.layer.may_share_with(sharer.layer) and owner.parameters() == sharer.parameters()
        if not is_same and not is_weight_of(sharer, owner):
            message = f"`{owner.name}` and `{sharer.name}` cannot share weights"
            raise SpecError(message, origin, hint=_difference(owner, sharer))
        trainable = nodes[owner.weights].trainable
        nodes[sharer.id] = sharer._replace(weights=owner.weights, trainable=trainable)


def has_weights(node: Node) -> bool:
    """Whether a node stores anything: parameters, or running statistics."""
    if node.layer is INPUT:
        return False
    return node.parameters() > 0 or any(node.buffers()) or "parameters" in node.layer.unsaid


def is_weight_of(sharer: Node, owner: Node) -> bool:
    """Whether a node is a tensor like the weights of another: of their sizes, and learned or given as they are."""
    if not sharer.layer.is_source or owner.layer.is_source:
        return False
    sizes = owner.layer.weight_shape(*owner.xs)
    is_given = bool(owner.buffers().weights)
    return sizes == vars(sharer.layer)["shape"] and is_given == bool(sharer.buffers().weights)


def _layers_with_weights(nodes: list[Node]) -> str:
    return "1 layer with weights" if len(nodes) == 1 else f"{len(nodes)} layers with weights"


def _difference(one: Node, other: Node) -> str:
    """In what two nodes differ that were to share weights."""
    sizes = one.layer.weight_shape(*one.xs)
    if other.layer.is_source and sizes is not None:
        return f"the weights of `{one.name}` are {list(sizes)}{', and `fixed`' if one.buffers().weights else ''}"
    if one.type != other.type:
        return f"`{one.name}` is a `{one.type}`, `{other.name}` a `{other.type}`"
    ours, theirs = one.layer.arguments, other.layer.arguments
    fields = [f"`{name}`" for name in ours if ours[name] != theirs[name]]
    if fields:
        return f"they differ in {' and '.join(fields)}"
    return f"`{one.name}` reads {one.xs[0]}, `{other.name}` reads {other.xs[0]}"
