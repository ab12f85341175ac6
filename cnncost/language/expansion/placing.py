"""Layers placed in the growing graph: arguments checked, shapes inferred, weights shared and frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import LayerError, SpecError
from cnncost.graph.graph import INPUT, Graph, Node
from cnncost.language.document.steps import JOINS
from cnncost.language.expansion.arguments import match
from cnncost.language.expressions.values import LARGEST_INTEGER, Opaque
from cnncost.layers import REGISTRY, Tensor
from cnncost.layers.base.fields import Choice, Reference
from cnncost.layers.split import SUGAR, pieces

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cnncost.errors import Span
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.arguments import Argument
    from cnncost.language.expansion.environment import Environment
    from cnncost.language.expansion.scope import Flow, Scope
    from cnncost.language.yaml import reader as text
    from cnncost.layers import Layer
    from cnncost.layers.base.fields import Field

    Resolve = Callable[[text.Node], Flow]

_LAYOUTS = {"map": "a map", "tokens": "tokens", "flat": "a flat tensor"}
_STEPS_PER_NODE = 2
_FEWEST_STEPS = 1000
CHOICE_HINT = "join them, or choose one: `name[0]`"
_LIMIT_HINT = "`--max-nodes` raises the limit"


class Network:
    """The nodes so far, in topological order since a layer can only read what is there."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nodes: list[Node] = []
        self.inputs: list[int] = []
        self.most_steps = _FEWEST_STEPS + limit * _STEPS_PER_NODE
        self._steps_left = self.most_steps
        self._layers: dict[Any, Layer] = {}
        self._outputs: dict[Any, Tensor] = {}

    @property
    def size(self) -> int:
        """How many nodes there are; the number of the next one."""
        return len(self.nodes)

    def spend(self, span: Span, steps: int = 1) -> None:
        """Count steps, turns of loops and references: blocks and loops that place nothing must end too."""
        self._steps_left -= steps
        if self._steps_left < 0:
            message = f"more than {self.most_steps:,} steps, turns of loops and references"
            raise SpecError(message, span, hint=_LIMIT_HINT)

    def add_input(self, name: str, shape: Tensor, span: Span) -> int:
        """Scope an input of the network."""
        self.nodes.append(Node(self.size, name, INPUT, (), (), shape, (), self.size, span=span))
        self.inputs.append(self.size - 1)
        return self.size - 1

    def channels(self, flow: Flow) -> int | None:
        """Channels of the one node in `flow`; ``None`` where there is not one."""
        return self.nodes[flow[0]].y.channels if len(flow) == 1 else None

    def layer(self, step: Step, place: Scope, label: str, reads: Flow, resolve: Resolve | None = None) -> int:
        """Scope the layer that `step` calls, reading the nodes `reads`; its node.

        Raises:
            SpecError: arguments that the layer does not take, or inputs that do not fit it.
        """
        kind = REGISTRY[step.callee]
        if step.callee not in JOINS:
            self.refuse_unless_one(reads, step)
        elif not reads:
            raise SpecError(f"`{step.callee}` joins nothing", step.callee_span)
        first = self.nodes[reads[0]].y
        if first.layout not in kind.accepts:
            raise _wrong_layout(kind, first, step.callee_span)
        rank = len(first.spatial) if first.layout == "map" else 0
        arguments = match(step.callee, list(kind.fields), kind.signature, step.arguments)
        values: dict[str, Any] = {}
        for name, argument in arguments.items():
            field = kind.fields[name]
            if isinstance(field, Reference):
                reads = (*reads, *_reference(argument, resolve))
                values[name] = True
            else:
                values[name] = read_value(field, argument, place.environment)
        xs = tuple(self.nodes[node].y for node in reads)
        try:
            layer = self._make(kind, values, rank)
            y = self._infer(layer, xs)
        except LayerError as error:
            raise self._explain(error, step, arguments, reads) from None
        return self._append(layer, place, label, reads, y=y, span=step.callee_span)

    def split(self, step: Step, place: Scope, label: str, read: int) -> list[int]:
        """Scope one `slice` for each piece of a `split` or `chunk`; their nodes."""
        sugar = SUGAR[step.callee]
        arguments = match(step.callee, list(sugar.fields), sugar.signature, step.arguments)
        x = self.nodes[read].y
        try:
            values = {
                name: read_value(sugar.fields[name], argument, place.environment)
                for name, argument in arguments.items()
            }
            stops = pieces(step.callee, values, x.channels)
        except LayerError as error:
            raise self._explain(error, step, arguments, (read,)) from None
        nodes = []
        for index, (start, stop) in enumerate(stops):
            layer = REGISTRY["slice"].make({"start": start, "stop": stop}, len(x.spatial))
            y = self._infer(layer, (x,))
            nodes.append(self._append(layer, place, f"{label}[{index}]", (read,), y=y, span=step.callee_span))
        return nodes

    def refuse_unless_one(self, flow: Flow, step: Step) -> None:
        """Raise a SpecError where a step that reads one output has several to choose from, or none."""
        if len(flow) == 1:
            return
        if flow:
            message, hint = f"`{step.callee}` reads one output, not {len(flow)}", CHOICE_HINT
        else:
            message, hint = f"`{step.callee}` has nothing to read", self.which_input()
        raise SpecError(message, step.callee_span, hint=hint)

    def which_input(self) -> str:
        """The hint for a step that reads nothing, as the first of a network with several inputs does."""
        return "say which input with `from`: " + ", ".join(self.nodes[node].name for node in self.inputs)

    def _make(self, kind: type[Layer], values: dict[str, Any], rank: int) -> Layer:
        """The layer with these values; a layer that stands there twice is made once."""
        key = (kind, rank, *((name, _hashable(value)) for name, value in values.items()))
        layer = self._layers.get(key)
        if layer is None:
            layer = self._layers[key] = kind.make(values, rank)
        return layer

    def _infer(self, layer: Layer, xs: tuple[Tensor, ...]) -> Tensor:
        """Shape of the layer's output, every rule about its inputs checked."""
        key = (id(layer), xs)
        y = self._outputs.get(key)
        if y is None:
            layer.check(*xs)
            y = layer.output(*xs)
            if min(y.dims) < 1:
                message = f"a dimension reaches zero: the output of `{layer.keyword}` would be {y}"
                raise LayerError(message, hint=f"its input is {xs[0]}")
            if y.elements > LARGEST_INTEGER:
                raise LayerError(f"the output of `{layer.keyword}` has more than 10**30 elements")
            self._outputs[key] = y
        return y

    def _append(self, layer: Layer, place: Scope, label: str, reads: Flow, *, y: Tensor, span: Span) -> int:
        number = len(self.nodes)
        if number - len(self.inputs) >= self.limit:
            raise SpecError(f"more than {self.limit:,} layers", span, hint=_LIMIT_HINT)
        name = place.prefix + label
        xs = tuple(self.nodes[read].y for read in reads)
        self.nodes.append(Node(number, name, layer, reads, xs, y, place.scopes, number, True, False, span))
        return number

    def _explain(self, error: LayerError, step: Step, arguments: dict[str, Argument], reads: Flow) -> SpecError:
        """A layer's refusal with the place of the argument at fault, and the branches that a join would join."""
        argument = arguments.get(error.field or "")
        span = argument.span if argument else step.callee_span
        hint = error.hint
        if step.callee in JOINS and len(reads) > 1:
            came = [f"{self.nodes[node].y} comes from `{self.nodes[node].name}`" for node in reads]
            hint = "; ".join([*came, error.hint] if error.hint else came)
        return SpecError(error.message, span, hint=hint)

    def finish(
        self, name: str, outputs: list[int], auxiliary: list[int], source: str | None, warnings: tuple[str, ...]
    ) -> Graph:
        """The graph, with the nodes marked that only auxiliary outputs need.

        Raises:
            SpecError: a step that nothing reads and that is no output.
        """
        main, needed = self._ancestors(outputs), self._ancestors([*outputs, *auxiliary])
        for node in self.nodes:
            if not needed[node.id]:
                self._refuse_unread(node)
        nodes = tuple(
            node if main[node.id] or node.layer is INPUT else node._replace(auxiliary=True) for node in self.nodes
        )
        return Graph(name, nodes, tuple(self.inputs), tuple(outputs), tuple(auxiliary), source, warnings)

    def _ancestors(self, ends: list[int]) -> list[bool]:
        """For every node, whether it is one of `ends` or something that they need."""
        needed = [False] * self.size
        for end in ends:
            needed[end] = True
        for node in reversed(self.nodes):
            if needed[node.id]:
                for read in node.inputs:
                    needed[read] = True
        return needed

    def _refuse_unread(self, unneeded: Node) -> None:
        """Point at the end of a path that leads nowhere, which is where something is missing."""
        end = unneeded
        for node in self.nodes[unneeded.id + 1 :]:
            if end.id in node.inputs:
                end = node
        what = "the input" if end.layer is INPUT else "the step"
        assert end.span is not None
        raise SpecError(f"nothing reads {what} `{end.name}`", end.span, hint="remove it, or name it under `outputs`")


def read_value(field: Field, argument: Argument, environment: Environment) -> Any:
    """An argument's value for a field: a literal where the field knows the word, else an expression."""
    literal = getattr(argument.node, "text", None)
    if literal is not None and (isinstance(field, Choice) or literal in field.literals):
        return literal
    value = argument.value(environment)
    if isinstance(value, Opaque):
        raise SpecError(f"`{field.name}` must be {field.wanted}; {value.describe()}", argument.span)
    return value


def _reference(argument: Argument, resolve: Resolve | None) -> Flow:
    if argument.node is None or resolve is None:
        raise SpecError(f"`{argument.name}` needs the name of a step", argument.span)
    found = resolve(argument.node)
    if len(found) != 1:
        raise SpecError(f"`{argument.name}` names one step, not {len(found)}", argument.span)
    return found


def _wrong_layout(kind: type[Layer], x: Tensor, span: Span) -> SpecError:
    wanted = " or ".join(_LAYOUTS[layout] for layout in kind.accepts)
    hint = None
    if x.layout == "map":
        hint = "put a `flatten` before it" if "flat" in kind.accepts else "put a `patch_tokens` before it"
    return SpecError(f"`{kind.keyword}` takes {wanted}, not {_LAYOUTS[x.layout]} of {x}", span, hint=hint)


def _hashable(value: Any) -> Any:
    # The type goes into the key: True, 1 and 1.0 are equal to Python and not to a layer.
    return tuple(map(_hashable, value)) if isinstance(value, list) else (type(value), value)
