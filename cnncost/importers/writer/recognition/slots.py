"""The values in steps, apart from what the steps are: two networks of one structure differ in their values alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.layout.arguments import is_activation
from cnncost.importers.writer.steps import Activation, Choice, Expression, Step
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIVATION = "activation"
"""The name of the slot that holds an activation."""


class Slot(NamedTuple):
    """A place of a value."""

    step: Step
    """The step that it is of."""
    name: str
    """The field, the parameter of a block, ``repeat``, ``rows`` or ``activation``."""
    part: str = ""
    """``first`` or ``rest`` of a value that is another one in the first turn."""

    def get(self) -> Any:
        """The value."""
        value = self._whole()
        return getattr(value, self.part) if self.part else value

    def put(self, value: Any) -> None:
        """Put another value there."""
        if self.part:
            value = self._whole()._replace(**{self.part: value})
        if self.name == ACTIVATION:
            self._put_activation(value)
        elif self._is_of_step():
            setattr(self.step, self.name, value)
        else:
            self.step.arguments[self.name] = value

    def _put_activation(self, value: Any) -> None:
        """Let the step call an activation, or a parameter that holds one, after which it is called then."""
        if isinstance(value, Activation):
            self.step.callee, self.step.arguments = value.keyword, dict(value.arguments)
            return
        if self.step.label == self.step.callee:
            self.step.label = value.text
        self.step.callee, self.step.arguments = value.text, {}

    def _whole(self) -> Any:
        if self.name == ACTIVATION:
            return Activation(self.step.callee, tuple(self.step.arguments.items()))
        return getattr(self.step, self.name) if self._is_of_step() else self.step.arguments[self.name]

    def _is_of_step(self) -> bool:
        """Whether it says how often the step runs; a parameter of a block may be called `rows` too."""
        return self.name == "repeat" or (self.name == "rows" and self.step.callee == "for")


def slots(steps: list[Step]) -> Iterator[Slot]:
    """The places of all values, in the same order for all steps of one structure."""
    for step in steps:
        yield from _own(step)
        for inner in step.inner:
            yield from slots(inner)


def _own(step: Step) -> Iterator[Slot]:
    names = [ACTIVATION] if is_activation(step.callee) and _is_plain(step) else list(step.arguments)
    for name in [*names, "repeat", *(["rows"] if step.callee == "for" else [])]:
        slot = Slot(step, name)
        if isinstance(slot.get(), Choice):
            yield slot._replace(part="first")
            yield slot._replace(part="rest")
        else:
            yield slot


def _is_plain(step: Step) -> bool:
    """Whether all arguments of an activation are numbers or flags."""
    return all(isinstance(value, (int, float)) for value in step.arguments.values())


def structure(steps: list[Step], *, loose: bool = False) -> tuple[Any, ...]:
    """What the steps are, without their values: equal for steps that could be one with other numbers.

    Args:
        steps: the steps.
        loose: whether a value that is another one in the first turn, and how often a step runs, make no difference.
    """
    return tuple([_structure(step, loose) for step in steps])


def _structure(step: Step, loose: bool) -> tuple[Any, ...]:
    is_plain = is_activation(step.callee) and _is_plain(step)
    callee, label = (ACTIVATION, None) if is_plain else (step.callee, step.label)
    if is_plain and step.label != step.callee:
        label = step.label  # one that is called as its type is stays so whatever the type
    arguments = () if is_plain else tuple((name, _form(value, loose)) for name, value in step.arguments.items())
    return (
        callee,
        label,
        arguments,
        None if step.reads is None else tuple(step.reads),
        "" if loose else _form(step.repeat, loose),
        step.is_repeated,
        *(step.when, step.share, step.is_frozen, step.variables, step.is_counted, _form(step.rows, loose)),
        (step.is_block, step.kind if step.is_block else ""),
        tuple([structure(inner, loose=loose) for inner in step.inner]),
        (step.body is None, step.branches is None),
    )


def _form(value: Any, loose: bool) -> Any:
    """What a value is where it is no plain one."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, Choice) and not loose:
        return _form(value.first, loose), _form(value.rest, loose)
    return ""


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: 1 and true are not.

    >>> same(1, True), same([1, 7], [1, 7])
    (False, True)
    """
    return repr(one) == repr(other)
