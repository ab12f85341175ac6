"""The statements of a forward pass: which variable holds which value, and until when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.code.expressions import (
    Attribute,
    Call,
    Choice,
    Item,
    Name,
    Operation,
    children,
    rebuilt,
    text_of,
)
from cnncost.exporters.pytorch.code.layout import INDENT, statement
from cnncost.exporters.pytorch.parts.names import MAIN, RESERVED
from cnncost.exporters.pytorch.parts.recording import input_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.exporters.pytorch.classes.templates import Body
    from cnncost.exporters.pytorch.parts.units import Unit

_LONGEST = 100
"""Characters of an expression that reads better as two statements."""
_LONGEST_ARGUMENT = 50
"""Characters of an argument of such an expression that reads better in front."""
_WORTH_A_NAME = 15
"""Characters of an expression that is computed once where it stands twice."""


_OF_METHOD = INDENT * 2


def forward_lines(
    body: Body, results: Sequence[Any], inputs: Sequence[str], auxiliary: Sequence[int], outputs: Sequence[int]
) -> list[str]:
    """The statements of a forward pass, a method of a class.

    Args:
        body: the class.
        results: the expression of each of its units, with the numbers as the class has them.
        inputs: what its inputs are called.
        auxiliary: values that are returned in training besides.
        outputs: values that are returned.
    """
    writer = _Writer(body, inputs, (*outputs, *auxiliary))
    trained = [unit for unit in body.units if unit.training_only]
    steps = [*zip(range(len(results)), body.units, results, strict=True)]
    for number, unit, result in steps[: len(steps) - len(trained)]:
        writer.run(number, unit, result)
    if not trained and not auxiliary:
        writer.give(outputs)
        return writer.lines
    early = [value for value in outputs if any(value in unit.outputs for unit in trained)]
    for value in early:  # a class inside the network gives nothing for it outside of training
        writer.nothing(value)
    writer.say("if self.training:")
    writer.indent = _OF_METHOD + INDENT
    for number, unit, result in steps[len(steps) - len(trained) :]:
        writer.run(number, unit, result)
    if auxiliary:
        writer.give((*outputs, *auxiliary))
    writer.flush()
    writer.indent = _OF_METHOD
    writer.give(outputs)
    return writer.lines


class _Writer:
    """Writes statements one after the other, and knows what each variable holds."""

    def __init__(self, body: Body, inputs: Sequence[str], returned: Sequence[int]) -> None:
        self.lines: list[str] = []
        self.indent = _OF_METHOD
        self._names: dict[int, str] = dict(zip(body.inputs, inputs, strict=True))
        self._last_uses = {value: number for number, unit in enumerate(body.units) for value in unit.inputs}
        self._last_uses |= dict.fromkeys(returned, len(body.units))
        reads = [value for unit in body.units for value in {*unit.inputs}]
        self._is_read_often = {value for value, times in Counter([*reads, *returned]).items() if times > 1}
        self._pending: tuple[list[str], Any] | None = None
        """The last statement, whose value may be returned at once."""

    def run(self, number: int, unit: Unit, result: Any) -> None:
        """The statement of a unit."""
        expression = self._with_variables(result, unit)
        dying = [self._names[value] for value in unit.inputs if self._last_uses[value] == number]
        targets = self._targets(number, unit, dying)
        self.flush()
        expression = self._without_repetition(expression, {*targets, *self._live(number)})
        self._pending = targets, self._shortened(expression, targets[-1], {*targets, *self._live(number)})

    def nothing(self, value: int) -> None:
        """A value that is not there."""
        self._names[value] = self._fresh("auxiliary", {*self._names.values()})
        self.say(f"{self._names[value]} = None")

    def say(self, line: str) -> None:
        """A line as it is."""
        self.flush()
        self.lines.append(self.indent + line)

    def give(self, values: Sequence[int]) -> None:
        """Return these values."""
        names = [self._names[value] for value in values]
        if self._pending is not None and self._pending[0] == names and len(names) == 1:
            expression, self._pending = self._pending[1], None
            if isinstance(expression, Choice):
                self.lines += [f"{self.indent}if {text_of(expression.condition)}:"]
                self.lines += statement("return ", expression.one, self.indent + INDENT)
                expression = expression.other
            self.lines += statement("return ", expression, self.indent)
            return
        self.say(f"return {', '.join(names)}")

    def flush(self) -> None:
        """Write the last statement, if it is not yet written."""
        if self._pending is not None:
            targets, expression = self._pending
            self.lines += statement(f"{', '.join(targets)} = ", expression, self.indent)
            self._pending = None

    def _with_variables(self, result: Any, unit: Unit) -> Any:
        inputs = {input_name(place).text: self._names[value] for place, value in enumerate(unit.inputs)}
        return _renamed(result, inputs)

    def _targets(self, number: int, unit: Unit, dying: Sequence[str]) -> list[str]:
        """Variables for what a unit gives: those of values that nothing needs any more, or others."""
        live = self._live(number)
        main = next((place for place in reversed(range(len(unit.outputs))) if self._is_needed(unit, place)), 0)
        targets: dict[int, str] = {}
        for place in (main, *[other for other in range(len(unit.outputs)) if other != main]):
            value = unit.outputs[place]
            name = self._names.get(value) if value in self._names else None
            if name is None and place == main and value not in self._is_read_often:
                name = self._reused(unit, dying, live)
            if name is None:
                name = self._fresh(unit.hints[place], {*live, *targets.values()})
            targets[place] = self._names[value] = name
        return [targets[place] for place in range(len(unit.outputs))]

    def _is_needed(self, unit: Unit, place: int) -> bool:
        return unit.outputs[place] in self._last_uses

    def _reused(self, unit: Unit, dying: Sequence[str], live: set[str]) -> str | None:
        if MAIN in dying:
            return MAIN
        if len(unit.inputs) == 1 and dying:
            return dying[0]
        if MAIN not in live:
            return MAIN
        return dying[0] if dying else None

    def _live(self, number: int) -> set[str]:
        """The variables that hold something that is needed behind the unit of this number."""
        return {name for value, name in self._names.items() if self._last_uses.get(value, -1) > number}

    def _fresh(self, wanted: str, live: set[str]) -> str:
        name = wanted.lstrip("_") or MAIN
        number, found = 2, f"{name}_" if name in RESERVED else name
        while found in live:
            found, number = f"{name}_{number}", number + 1
        return found

    def _without_repetition(self, expression: Any, taken: set[str]) -> Any:
        """The expression with what it computes twice in a variable."""
        while (repeated := _repeated(expression)) is not None:
            name = self._fresh(_called(repeated), taken)
            taken = {*taken, name}
            self.lines += statement(f"{name} = ", repeated, self.indent)
            expression = _replaced(expression, repeated, Name(name))
        return expression

    def _shortened(self, expression: Any, target: str, taken: set[str]) -> Any:
        """The expression; where it is long, with what it is computed of in variables."""
        if len(text_of(expression)) <= _LONGEST or not isinstance(expression, Call):
            return expression
        function, arguments = expression
        short = []
        for name, argument in arguments:
            is_long = isinstance(argument, Call | Operation) and len(text_of(argument)) > _LONGEST_ARGUMENT
            variable = self._fresh(_called(argument), taken) if is_long else ""
            if is_long:
                taken = {*taken, variable}
                self.lines += statement(f"{variable} = ", self._shortened(argument, variable, taken), self.indent)
            short.append((name, Name(variable) if is_long else argument))
        is_method = isinstance(function, Attribute) and isinstance(function.base, Call | Item | Operation)
        if is_method and not any(_holds(argument, Name(target)) for _, argument in short):
            self.lines += statement(f"{target} = ", self._shortened(function.base, target, taken), self.indent)
            function = Attribute(Name(target), function.name)
        return Call(function, tuple(short))


def _holds(expression: Any, part: Any) -> bool:
    return expression == part or any(_holds(child, part) for child in children(expression))


def _renamed(expression: Any, names: dict[str, str]) -> Any:
    if isinstance(expression, Name):
        return Name(names.get(expression.text, expression.text))
    return rebuilt(expression, lambda part: _renamed(part, names))


def _replaced(expression: Any, one: Any, other: Any) -> Any:
    return other if expression == one else rebuilt(expression, lambda part: _replaced(part, one, other))


def _repeated(expression: Any) -> Any:
    """The longest call or operation that stands in an expression twice; ``None`` where there is none."""
    seen: dict[Any, int] = {}
    stack = [expression]
    while stack:
        part = stack.pop()
        if isinstance(part, Call | Operation):
            seen[part] = seen.get(part, 0) + 1
        stack += children(part)
    repeated = [part for part, times in seen.items() if times > 1 and len(text_of(part)) > _WORTH_A_NAME]
    return max(repeated, key=lambda part: len(text_of(part)), default=None)


def _called(expression: Any) -> str:
    """What to call the value of an expression: as its function is."""
    if isinstance(expression, Call) and isinstance(expression.function, Attribute):
        return str(expression.function.name)
    return "value"
