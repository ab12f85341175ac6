"""What the inputs of a network in a network are: outputs of its caller, of the kind that its own file declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.expansion.flow import refuse_unless_one
from cnncost.language.yaml.forms import is_empty
from cnncost.language.yaml.nodes import MappingNode, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.layers import Tensor


def join_inputs(
    builder: GraphBuilder, step: Step, title: str, declared: dict[str, Tensor], reads: Flow
) -> dict[str, int]:
    """The node that each input of a network reads, by the input's name.

    Args:
        builder: has the nodes.
        step: what calls the network.
        title: what the network is called.
        declared: its inputs, with as many axes and channels as they must have.
        reads: the nodes that `from` names, or the step before.

    Raises:
        SpecError: inputs without anything to read, or of another shape than sizes may make it.
    """
    if isinstance(step.from_, MappingNode):
        names = _names_given(step, step.from_, title, declared)
    else:
        names = list(declared)
        if len(names) == 1:
            refuse_unless_one(builder, reads, step)
    if len(reads) != len(names):
        written = ", ".join(f"{name}: ..." for name in declared)
        message = f"`{title}` has {len(declared)} inputs, {_listed(declared)}, and reads {len(reads)}"
        raise SpecError(message, step.callee_span, hint=f"say what each reads: `from: {{{written}}}`")
    inputs = dict(zip(names, reads, strict=True))
    for name, tensor in declared.items():
        _refuse_unlike(step, title, tensor, builder.nodes[inputs[name]].y)
    return {name: inputs[name] for name in declared}


def with_channels(declared: dict[str, Tensor], step: Step, environment: Environment) -> dict[str, Tensor]:
    """The inputs of a network, with as many channels as the step says that they have here.

    Raises:
        SpecError: no number of channels.
    """
    node = step.optional_part("channels")
    if node is None or step.parts is None:
        return declared
    if is_empty(node):  # a name alone takes the value of that name
        node = Scalar("channels", False, step.parts.key("channels").span)
    channels = environment.whole_number(node, "channels")
    return {name: tensor._replace(channels=channels) for name, tensor in declared.items()}


def _names_given(step: Step, node: MappingNode, title: str, declared: dict[str, Tensor]) -> list[str]:
    """The inputs that a `from` names, in its order: all that there are."""
    names = [key.text for key, _ in node.entries]
    for key, _ in node.entries:
        if key.text not in declared:
            message = f"`{title}` has no input `{key.text[:60]}`{did_you_mean(key.text, declared)}"
            raise SpecError(message, key.span, hint=f"its inputs are {_listed(declared)}")
    missing = [name for name in declared if name not in names]
    if missing:
        raise SpecError(f"the input `{missing[0]}` of `{title}` has nothing to read", step.callee_span)
    return names


def _refuse_unlike(step: Step, title: str, declared: Tensor, read: Tensor) -> None:
    """Raise a SpecError for an input of another kind or with other channels; other sizes follow what is read."""
    if (declared.layout, len(declared.spatial)) != (read.layout, len(read.spatial)):
        hint = "its layers are for as many axes as that has"
    elif declared.channels != read.channels:
        hint = f"`channels: {read.channels}` beside `network` makes it a network that reads as many"
    else:
        return
    message = f"`{title}` is for an input of {declared}, and `{step.name or 'network'}` reads {read}"
    raise SpecError(message, step.part("network").span, hint=hint)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
