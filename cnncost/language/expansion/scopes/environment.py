"""What expressions see: parameters of the block, the loop's variables, the file's variables, and sizes of the input."""

from __future__ import annotations

from math import trunc
from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.document.steps import MODIFIERS, Step, parse_step
from cnncost.language.expansion.scopes.names import Lexicon, OutputValue
from cnncost.language.expressions.expression import parse_expression
from cnncost.language.expressions.values import Budget, Callee, Fault, Opaque, Value, checked_list, truth
from cnncost.language.yaml.forms import is_null
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.layers import STEP_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from cnncost.errors import Span
    from cnncost.language.document.definition import Definition
    from cnncost.language.document.document import Block
    from cnncost.language.expressions.expression import Expression
    from cnncost.layers import Tensor


OF_THE_TENSOR: dict[str, Callable[[Tensor], Value]] = {
    "channels": lambda tensor: tensor.channels,
    "spatial": lambda tensor: list(tensor.spatial),
    "positions": lambda tensor: tensor.positions,
}
"""What an expression knows of the tensor that its step reads: of tokens, `spatial` is how many; of a flat one, `[]`."""


class StepValue(Opaque):
    """A whole step as a value, `{leaky_relu: 0.1}`, with what its arguments see."""

    __slots__ = ("environment", "step")

    def __init__(self, step: Step, environment: Environment) -> None:
        self.step = step
        self.environment = environment

    def describe(self) -> str:
        return f"`{self.step.callee}` is a step"


class BlockValue(Callee):
    """A block as a value, which brings what the steps of its own file see."""

    __slots__ = ("block", "globals")

    def __init__(self, block: Block, globals_: Globals) -> None:
        super().__init__(block.signature.name, "block")
        self.block = block
        self.globals = globals_

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockValue) and self.block is other.block

    def __hash__(self) -> int:
        return hash((self.name, self.kind))


class OwnValue(Callee):
    """A layer that a spec defines itself as a value, which brings what the expressions of its file see."""

    __slots__ = ("definition", "globals")

    def __init__(self, definition: Definition, globals_: Globals) -> None:
        super().__init__(definition.signature.name, "layer")
        self.definition = definition
        self.globals = globals_

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnValue) and self.definition is other.definition

    def __hash__(self) -> int:
        return hash((self.name, self.kind))


class Globals:
    """What every step of a file sees: its variables, its blocks and the layers.

    Args:
        blocks: the blocks, by name.
        layers: the layers that the file defines itself, by name.
        budget: what its expressions may still compute.
        folder: where the file lies; paths in it are relative to that.
    """

    def __init__(
        self,
        blocks: Mapping[str, Block],
        layers: Mapping[str, Definition],
        budget: Budget | None = None,
        folder: str = "",
    ) -> None:
        self.variables: dict[str, Value] = {}
        self.lines: dict[str, int] = {}
        """Every variable with its line, in the file's order: an expression sees the earlier ones only."""
        self.budget = budget or Budget()
        self.folder = folder
        self.callees = {name: Callee(name, "layer") for name in STEP_TYPES}
        self.callees |= {name: BlockValue(block, self) for name, block in blocks.items()}
        self.callees |= {name: OwnValue(definition, self) for name, definition in layers.items()}
        self._expressions: dict[str, Expression] = {}

    def of_another(self, blocks: Mapping[str, Block], layers: Mapping[str, Definition], folder: str) -> Globals:
        """What the steps of another file see, which is a part of the same network and has the same budget."""
        globals_ = Globals(blocks, layers, self.budget, folder)
        globals_._expressions = self._expressions  # a text stands for the same wherever it stands
        return globals_

    def expression(self, text: str, span: Span) -> Expression:
        """The expression `text`, parsed once however often it stands there; every character costs an operation."""
        expression = self._expressions.get(text)
        if expression is None:
            try:
                self.budget.spend(len(text))
            except Fault as fault:
                raise SpecError(fault.message, span) from None
            expression = self._expressions[text] = parse_expression(text, span)
        return expression


class Environment:
    """The names that an expression may read at one place."""

    __slots__ = ("globals", "lexicon", "tensor", "values")

    def __init__(
        self, globals_: Globals, values: dict[str, Value] | None = None, lexicon: Lexicon | None = None
    ) -> None:
        self.globals = globals_
        self.values = values or {}
        self.lexicon = lexicon
        """The names of outputs; ``None`` where there are no steps yet."""
        self.tensor: Tensor | None = None
        """What the step reads; ``None`` where it reads nothing, or several outputs."""

    def within(self, values: dict[str, Value]) -> Environment:
        """The environment of a turn of a loop: everything here, and `values`."""
        return Environment(self.globals, {**self.values, **values}, self.lexicon)

    def lookup(self, name: str) -> Value:
        """The value of `name`; raises KeyError when nothing is called that, Fault when it has no value here."""
        if name in self.values:
            return self.values[name]
        if self.tensor is not None and name in OF_THE_TENSOR:
            return OF_THE_TENSOR[name](self.tensor)
        if name in self.globals.variables:
            return self.globals.variables[name]
        if name in self.globals.callees:
            return self.globals.callees[name]
        output = None if self.lexicon is None else self.lexicon.find(name)
        if output is not None:
            return OutputValue(name, output)
        self._explain_absence(name)
        raise KeyError(name)

    def _explain_absence(self, name: str) -> None:
        """Raise a Fault where more is known of a name without a value than that it is unknown."""
        if name in self.globals.lines:
            raise Fault(f"the variable `{name}` is defined later, on line {self.globals.lines[name]}")
        if name in ("index", "first", "last"):
            raise Fault(f"`{name}` is known only inside a loop or beside a `repeat`")
        if name in OF_THE_TENSOR:
            raise Fault(f"`{name}` is known only where a step reads one output")
        if name.removeprefix("output_") in OF_THE_TENSOR:
            raise Fault(f"`{name}` is known only under `layers`, to what a definition says beside its `output`")
        if name == "input":
            raise Fault("`input` is an output to read with `from`, not a number")
        if name in ("yes", "no", "on", "off"):
            raise Fault(f"unknown name `{name}`", hint="booleans are `true` and `false`")
        if name == "same":
            raise Fault("`same` is a word of `padding`, not a name", hint="as a value it stands in quotes: 'same'")
        self._explain_output(name)
        self._explain_layer(name)

    def _explain_output(self, name: str) -> None:
        """Raise a Fault for the name of a step that cannot be read here."""
        if self.lexicon is not None and self.lexicon.was_dropped(name):
            raise Fault(f"`{name}` was dropped by its `when`")
        later = self.lexicon and self.lexicon.comes_later(name)
        if later is not None:
            raise Fault(f"the step `{name}` is defined later, on line {later}")
        if self.lexicon is not None and not did_you_mean(name, self.names()):
            close = did_you_mean(name, self.lexicon.visible())
            if close:
                raise Fault(f"unknown name `{name}`{close}")

    def _explain_layer(self, name: str) -> None:
        """Raise a Fault for a layer's name elsewhere, `swish`, unless it is nearly the name of a value here."""
        from cnncost.layers.base.elsewhere import layer_elsewhere  # only a failing run pays for the import

        layer = layer_elsewhere(name, STEP_TYPES)
        if layer is not None and not did_you_mean(name, [*self.values, *self.globals.variables]):
            raise Fault(f"unknown name `{name}`; did you mean `{layer}`?")

    def names(self) -> Iterator[str]:
        """Every name that has a value here."""
        yield from self.values
        if self.tensor is not None:
            yield from OF_THE_TENSOR
        yield from self.globals.variables
        yield from self.globals.callees

    def callee(self, name: str) -> Callee | StepValue | None:
        """The layer, block or step that `name` stands for; a variable goes first when it holds one."""
        globals_ = self.globals
        for values in (self.values, globals_.variables):
            if name in values and isinstance(value := values[name], (Callee, StepValue)):
                return value
        return globals_.callees.get(name)

    def evaluate(self, node: Node) -> Value:
        """The value of a node: a number, an expression, a list of them, or a whole step.

        Raises:
            SpecError: an expression that has no value.
        """
        if isinstance(node, Scalar):
            value = node.value
            if isinstance(value, str):
                return self.evaluate_text(node.text, node.span)
            if value is None:
                raise SpecError("a value is missing", node.span)
            return value
        if isinstance(node, MappingNode):
            return self._step_value(node)
        try:
            return checked_list([self.evaluate(item) for item in node.items], self.globals.budget)
        except Fault as fault:
            raise SpecError(fault.message, node.span, hint=fault.hint) from None

    def evaluate_text(self, text: str, span: Span) -> Value:
        """The value of an expression that stands at `span`."""
        expression, budget = self.globals.expression(text, span), self.globals.budget
        if text in self.values and budget.left >= expression.cost:  # a name alone, as most are
            budget.left -= expression.cost
            return self.values[text]
        return expression.evaluate(self, span, budget)

    def reads_any(self, node: Node, names: frozenset[str]) -> bool:
        """Whether a node is an expression that reads one of `names`."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return False
        return not names.isdisjoint(self.globals.expression(node.text, node.span).names)

    def condition(self, node: Node, who: str) -> bool:
        """The value of a node as true or false; `who` is the key it stands under."""
        try:
            return truth(self.evaluate(node), who)
        except Fault as fault:
            raise SpecError(fault.message, node.span, hint=fault.hint) from None

    def whole_number(self, node: Node, who: str) -> int:
        """The value of a node as a whole number of at least 0."""
        value = self.evaluate(node)
        if isinstance(value, float) and value.is_integer():
            value = trunc(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise SpecError(f"`{who}` must be a whole number of at least 0", node.span)
        return value

    def _step_value(self, node: MappingNode) -> StepValue:
        step = parse_step(node)
        if len(node) > 1 or step.parts is not None:
            raise SpecError("a step as a value is one layer or block, without modifiers", node.span)
        callee = self.callee(step.callee)
        if callee is None:
            hint = "a mapping as a value is a step; arguments by name go one level further out"
            raise unknown_callee(
                f"`{step.callee[:60]}` is neither a layer nor a block", step, self.globals.callees, hint
            )
        if isinstance(callee, StepValue):  # a name for a whole step is that step: values do not nest
            refuse_arguments(step)
            return callee
        return StepValue(step, self)


def unknown_callee(message: str, step: Step, known: Collection[str], hint: str | None = None) -> SpecError:
    """The error for a step that calls none of `known`, with what it was probably meant to call."""
    from cnncost.layers.base.elsewhere import suggest_layer  # only a failing run pays for the import

    first, _, beside = step.callee[:60].partition(" ")
    if beside in MODIFIERS:
        written = f"write `{{{first}, {beside}: ...}}`"
        return SpecError(
            message, step.callee_span, hint=f"a comma stands between a step and what stands beside it: {written}"
        )
    suggestion = suggest_layer(step.callee[:60], known)
    others = None if suggestion.close else hint or "`cnncost layers` lists the layer types"
    return SpecError(f"{message}{suggestion.close}", step.callee_span, hint=suggestion.hint or others)


def refuse_arguments(step: Step) -> None:
    """Raise a SpecError for arguments beside the name of a whole step."""
    if step.arguments is not None and not is_null(step.arguments):
        raise SpecError(f"`{step.callee}` is a whole step and has its arguments", step.arguments.span)
