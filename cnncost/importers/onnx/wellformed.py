"""What a file must be before its operators are read: not too many of them, in an order, each with what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import DescribedOrigin, SpecError
from cnncost.graph.builder import LIMIT_HINT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPERATORS_EACH = 5
"""So many operators a file may have for each layer that a network may have: many compute sizes, and are no layers."""

_DEEPEST = 60
"""Functions of a file that call each other."""

_LONGEST_CIRCLE = 4
"""Operators of a circle that an error names."""


def origin_of(node: Any) -> DescribedOrigin:
    """An operator in the file, by its name or by what it gives."""
    named = node.name or next(iter(node.output), "")
    return DescribedOrigin(f"`{node.op_type}` called `{named}`")


def refuse_too_many(model: Any, most_layers: int) -> None:
    """Refuse a file with too many operators, counted as if its functions stood where they are called.

    Raises:
        SpecError: there are too many, or a function calls itself.
    """
    functions = {(each.domain, each.name): each for each in model.functions}
    sizes: dict[tuple[str, str], int] = {}
    operators = sum(_size(node, functions, sizes, ()) for node in model.graph.node) if functions else 0
    operators, most = max(operators, len(model.graph.node)), OPERATORS_EACH * most_layers
    if operators > most:
        message = f"the file has {operators:,} operators, more than the {most:,} of {most_layers:,} layers"
        raise SpecError(message, hint=LIMIT_HINT)


def _size(
    node: Any,
    functions: Mapping[tuple[str, str], Any],
    sizes: dict[tuple[str, str], int],
    around: tuple[tuple[str, str], ...],
) -> int:
    """How many operators one is, of which each function is counted once."""
    key = (node.domain, node.op_type)
    if key not in functions:
        return 1
    if key in around:
        calls = " > ".join([name for _, name in [*around[around.index(key) :], key]])
        raise SpecError(f"the function `{node.op_type}` of the file calls itself", origin_of(node), hint=calls)
    if len(around) > _DEEPEST:
        raise SpecError(f"functions of the file call each other more than {_DEEPEST} deep", origin_of(node))
    if key not in sizes:
        sizes[key] = sum(_size(inner, functions, sizes, (*around, key)) for inner in functions[key].node)
    return sizes[key]


def needed(graph: Any) -> list[Any]:
    """The operators that the outputs need: as the file has them, or each behind what it reads where it does not.

    Raises:
        SpecError: one reads what nothing gives, two give the same, or some read each other in a circle.
    """
    walk = _Walk(graph)
    for output in graph.output:
        walk.to(output.name)
    in_order = sorted(walk.found)
    is_sorted = all(maker < place for place in in_order for maker in walk.read_by(place))
    return [walk.nodes[place] for place in (in_order if is_sorted else walk.found)]


class _Walk:
    """A walk from the outputs to what they need; operators by their places in the file."""

    def __init__(self, graph: Any) -> None:
        self.nodes = list(graph.node)
        self.found: list[int] = []
        """Each behind what it reads."""
        self._given = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer} | {""}
        self._makers = _makers(self.nodes)
        self._open: dict[int, None] = {}
        """Those that the one that is being read is needed for, outermost first."""
        self._closed: set[int] = set()

    def read_by(self, place: int) -> list[int]:
        """The operators that one reads."""
        node = self.nodes[place]
        for name in node.input:
            if name not in self._makers and name not in self._given:
                raise SpecError(f"it reads `{name}`, and nothing in the file gives that", origin_of(node))
        return [self._makers[name] for name in node.input if name in self._makers]

    def to(self, output: str) -> None:
        """Find what an output needs."""
        if output not in self._makers:
            if output in self._given:
                return
            raise SpecError(f"nothing gives the output `{output}`")
        stack = [self._makers[output]]
        while stack:
            place = stack[-1]
            if place in self._open or place in self._closed:
                stack.pop()
                if place in self._open:
                    self._close(place)
                continue
            self._open[place] = None
            _refuse_inner_graphs(self.nodes[place])
            for maker in reversed(self.read_by(place)):
                if maker in self._open:
                    raise self._circle(maker)
                if maker not in self._closed:
                    stack.append(maker)

    def _close(self, place: int) -> None:
        del self._open[place]
        self._closed.add(place)
        self.found.append(place)

    def _circle(self, place: int) -> SpecError:
        """The error for an operator that is computed from itself."""
        around = list(self._open)
        names = [self.nodes[each].name or self.nodes[each].op_type for each in around[around.index(place) :]]
        shown = [*names[:_LONGEST_CIRCLE], *(["..."] if len(names) > _LONGEST_CIRCLE else []), names[0]]
        hint = f"each reads the next: {' > '.join(shown)}"
        return SpecError("it reads what is computed from it, in a circle", origin_of(self.nodes[place]), hint=hint)


def _makers(nodes: Sequence[Any]) -> dict[str, int]:
    """Which operator gives each value."""
    makers: dict[str, int] = {}
    for place, node in enumerate(nodes):
        for name in filter(None, node.output):
            if makers.setdefault(name, place) != place:
                other = origin_of(nodes[makers[name]]).where
                raise SpecError(f"`{name}` is given twice, by {other} too", origin_of(node))
    return makers


def _refuse_inner_graphs(node: Any) -> None:
    """Raise a SpecError for control flow: what runs then depends on numbers."""
    if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
        message = f"`{node.op_type}` cannot be imported: which operators run, and how often, depends on numbers"
        raise SpecError(message, origin_of(node), hint="export the model for one case, without control flow")


def refuse_wrong_form(onnx: Any, node: Any, version: int) -> None:
    """Refuse an operator of ONNX that lacks inputs or attributes that it must have, or has too many inputs.

    Raises:
        SpecError: it does.
    """
    try:
        schema = onnx.defs.get_schema(node.op_type, version, node.domain)
    except Exception:  # nobody has defined it: whoever needs it says so
        return
    inputs = len(node.input)
    while inputs and not node.input[inputs - 1]:
        inputs -= 1
    if not schema.min_input <= inputs <= schema.max_input:
        least, most = schema.min_input, schema.max_input
        wanted = f"{least}" if least == most else f"{least} to {most}" if most < 1000 else f"{least} or more"
        raise SpecError(f"`{node.op_type}` has {inputs} inputs, and needs {wanted}", origin_of(node))
    there = {attribute.name for attribute in node.attribute}
    for name, attribute in schema.attributes.items():
        if attribute.required and name not in there:
            raise SpecError(f"`{node.op_type}` has no attribute `{name}`, and needs it", origin_of(node))
