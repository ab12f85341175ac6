"""Weights that a step uses of another, and weights that are not trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.graph.graph import INPUT

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.language.yaml import reader as text


def freeze(nodes: list[Node], made: range) -> None:
    """Stop the training of the weights of the nodes `made`, but for those that are shared from elsewhere."""
    for number in made:
        if nodes[number].weights in made:
            nodes[number] = nodes[number]._replace(trainable=False)


def share(nodes: list[Node], owner: range, made: range, reference: text.Node) -> None:
    """Let the nodes `made` use the weights of those of the step `owner`, one by one.

    Raises:
        SpecError: the two are not the same layers at the same numbers of channels.
    """
    owners = [node for node in map(nodes.__getitem__, owner) if _has_weights(node)]
    sharers = [node for node in map(nodes.__getitem__, made) if _has_weights(node)]
    name = getattr(reference, "text", "")
    if not owners:
        raise SpecError(f"`{name}` has no weights to share", reference.span)
    if len(owners) != len(sharers):
        message = f"`{name}` has {_layers_with_weights(owners)}, this step {len(sharers)}"
        raise SpecError(message, reference.span)
    for theirs, ours in zip(owners, sharers, strict=True):
        if theirs.layer != ours.layer or theirs.parameters() != ours.parameters():
            message = f"`{theirs.name}` and `{ours.name}` cannot share weights"
            raise SpecError(message, reference.span, hint=_unlike(theirs, ours))
        trainable = nodes[theirs.weights].trainable
        nodes[ours.id] = ours._replace(weights=theirs.weights, trainable=trainable)


def _layers_with_weights(nodes: list[Node]) -> str:
    return "1 layer with weights" if len(nodes) == 1 else f"{len(nodes)} layers with weights"


def _unlike(one: Node, other: Node) -> str:
    """In what two nodes differ that were to share weights."""
    if one.type != other.type:
        return f"`{one.name}` is a `{one.type}`, `{other.name}` a `{other.type}`"
    fields = [f"`{name}`" for name in one.layer.fields if getattr(one.layer, name) != getattr(other.layer, name)]
    if fields:
        return f"they differ in {' and '.join(fields)}"
    return f"`{one.name}` reads {one.xs[0]}, `{other.name}` reads {other.xs[0]}"


def _has_weights(node: Node) -> bool:
    return node.layer is not INPUT and (node.parameters() > 0 or any(node.buffers()))
