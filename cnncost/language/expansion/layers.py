"""A step that calls a layer, or a `split`: its arguments are read, and the graph gets its nodes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError, SpecError
from cnncost.graph.indices import of_pool
from cnncost.language.expansion.fields import field_values
from cnncost.language.expansion.flow import refuse_unless_one, single
from cnncost.language.yaml.nodes import SequenceNode
from cnncost.layers import REGISTRY, SPLITS
from cnncost.layers.base.fields import SIZE_IS_KNOWN

if TYPE_CHECKING:
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.fields import FieldArguments
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.scope import Scope
    from cnncost.layers import Layer


def add_layer(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> int:
    """Add the layer that `step` calls, reading the nodes `reads`; its node.

    Raises:
        SpecError: arguments that the layer does not take, or inputs that do not fit it.
    """
    builder, kind, span = expansion.builder, REGISTRY[step.callee], step.callee_span
    if kind.is_source:
        reads = _nothing(step)
    elif not kind.joins:
        refuse_unless_one(builder, reads, step)
    elif not reads:
        hint = "a loop has no turns before its first: `when: not first` leaves a step out of that"
        raise SpecError(f"`{step.callee}` joins nothing", span, hint=hint if reads_every_turn(step) else None)
    rank = builder.rank(kind, reads, span)
    arguments = expansion.prepared.of_layer(step, kind)
    origins = arguments.spans
    values, followed = _values(expansion, scope, kind, arguments)
    if kind.reads_maxima and followed:
        try:
            values, source = of_pool(builder.nodes, followed[-1], kind, values)
        except LayerError as error:
            raise error.at(span, origins) from None
        followed = [source]
    try:
        layer = builder.make(kind, values, rank, origin=span, field_origins=origins)
        if followed:
            reads = (*reads, *followed)
        name, containers = scope.placed(label)
        return builder.add(layer, reads, name, containers=containers, origin=span, field_origins=origins)
    except SpecError as error:
        if reads and _is_in_pytorch_order(step, kind, values, builder.nodes[reads[0]].y.channels):
            error.hint = SIZE_IS_KNOWN
        raise


def _values(
    expansion: Expansion, scope: Scope, kind: type[Layer], arguments: FieldArguments
) -> tuple[dict[str, Any], list[int]]:
    """The values of a layer's fields, and the nodes that it follows."""
    if arguments.all_fixed:
        return arguments.fixed, []
    return field_values(kind.fields, arguments, scope.environment, partial(expansion.references, scope=scope))


def _is_in_pytorch_order(step: Step, kind: type[Layer], values: dict[str, Any], channels: int) -> bool:
    """Whether a layer that was refused may have been called as in PyTorch: with the input's channels in front."""
    several = isinstance(step.arguments, SequenceNode) and len(step.arguments.items) > 1
    return several and kind.has_weight_matrices and next(iter(values.values())) == channels


def reads_every_turn(step: Step) -> bool:
    """Whether the step reads all turns of a loop, however many they are."""
    named = step.from_.items if isinstance(step.from_, SequenceNode) else [step.from_]
    return any("[*]" in getattr(item, "text", "") for item in named)


def _nothing(step: Step) -> Flow:
    """What a step reads that reads nothing; its `from` is refused."""
    if step.from_ is not None:
        hint = "the steps that use it read it, and what is written before it: `{add, from: [a, b]}`"
        raise SpecError(f"`{step.callee}` reads nothing and takes no `from`", step.from_.span, hint=hint)
    return ()


def add_pieces(expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow) -> list[int]:
    """Add one `slice` for each piece of a `split` or `chunk`; their nodes.

    Raises:
        SpecError: arguments that it does not take, or pieces that do not make up the channels.
    """
    builder, kind, span = expansion.builder, SPLITS[step.callee], step.callee_span
    read = single(builder, reads, step)
    x = builder.nodes[read].y
    arguments = expansion.prepared.of_layer(step, kind)
    origins = arguments.spans
    values, _ = field_values(kind.fields, arguments, scope.environment, None)
    try:
        pieces = kind.make(values, rank=0).slices(x)
    except LayerError as error:
        raise error.at(span, origins) from None
    nodes = []
    for index, layer in enumerate(pieces):
        name, containers = scope.placed(f"{label}[{index}]")
        nodes.append(builder.add(layer, (read,), name, containers=containers, origin=span))
    return nodes
