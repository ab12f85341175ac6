"""What a step reads: one output as a rule, several behind a `split`, none where a network has several inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from cnncost.errors import Span
    from cnncost.graph.builder import GraphBuilder
    from cnncost.language.document.steps import Step
    from cnncost.layers import Tensor

Flow = tuple[int, ...]
"""The nodes that the next step reads unless it says `from`: one as a rule, several after a `split`, none at the start
of a network with several inputs."""

_CHOICE_HINT = "join them, or choose one: `name[0]`"


def tensor_of(builder: GraphBuilder, flow: Flow) -> Tensor | None:
    """What the one node in `flow` puts out; ``None`` where there is not one."""
    return builder.nodes[flow[0]].y if len(flow) == 1 else None


def single(builder: GraphBuilder, flow: Flow, step: Step) -> int:
    """The one node that a step reads.

    Raises:
        SpecError: there are several, or none.
    """
    refuse_unless_one(builder, flow, step)
    return flow[0]


def refuse_unless_one(builder: GraphBuilder, flow: Flow, step: Step) -> None:
    """Raise a SpecError where a step that reads one output has several to choose from, or none."""
    if len(flow) == 1:
        return
    if flow:
        message, hint = f"`{step.callee}` reads one output, not {len(flow)}", _CHOICE_HINT
    else:
        message, hint = f"`{step.callee}` has nothing to read", _which_input(builder)
    raise SpecError(message, step.callee_span, hint=hint)


def end(builder: GraphBuilder, flow: Flow, span: Span, what: str) -> int:
    """The one node that a sequence of steps ends in; `what` is what errors call the sequence.

    Raises:
        SpecError: there are several, or none.
    """
    if len(flow) == 1:
        return flow[0]
    if flow:
        message, hint = f"{what} ends in {len(flow)} outputs", _CHOICE_HINT
    else:
        message, hint = f"{what} has nothing to read", _which_input(builder)
    raise SpecError(message, span, hint=hint)


def _which_input(builder: GraphBuilder) -> str:
    """The hint for a step that reads nothing, as the first of a network with several inputs does."""
    return "say which input with `from`: " + ", ".join(builder.nodes[node].name for node in builder.inputs)
