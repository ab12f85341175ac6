"""When the steps of a block run that some of its calls do without: `when: stride == 1 and c_in == out`."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.recognition.expressions import Variable
from cnncost.importers.writer.recognition.generalise import ENTERING
from cnncost.importers.writer.steps import walk
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.importers.writer.recognition.generalise import General
    from cnncost.importers.writer.steps import Step

Presence = tuple[bool | None, ...]


class _Test(NamedTuple):
    """A condition, and where it holds."""

    text: str
    values: Presence


def add_conditions(general: General, entering: Sequence[int]) -> list[Variable]:
    """Give the steps of a block their `when`; flags that no other variable says, as parameters more."""
    flags: list[Variable] = []
    for step in walk(general.steps):
        if step.presence and step.when is None:
            step.when = _condition(step, general, entering, flags)
    return flags


def _condition(step: Step, general: General, entering: Sequence[int], flags: list[Variable]) -> str:
    for test in _tests(general, entering, flags):
        if _holds(test.values, step.presence):
            return test.text
    taken = {variable.name for variable in (*general.variables, *flags)}
    flag = _flag(step, taken)
    given = [present for present in step.presence if present is not None]
    usual = given.count(True) * 2 >= len(given)
    flags.append(Variable(flag, step.presence, usual))
    return flag


def _flag(step: Step, taken: set[str]) -> str:
    """What a parameter is called that says whether there is a step."""
    label = step.label or ""
    wish = label if label.isidentifier() and label != step.callee else f"has_{step.callee}"
    number, name = 1, wish
    while name in taken:
        number += 1
        name = f"{wish}_{number}"
    return name


def _holds(values: Presence, presence: Presence) -> bool:
    return all(wanted is None or value is wanted for value, wanted in zip(values, presence, strict=True))


def _tests(general: General, entering: Sequence[int], flags: Sequence[Variable]) -> Iterator[_Test]:
    """Conditions, the simplest first."""
    for flag in (*flags, *general.variables):
        if all(value is None or isinstance(value, bool) for value in flag.values):
            yield _Test(flag.name, flag.values)
            yield _Test(f"not {flag.name}", _negated(flag.values))
    equal = [*_ones(general), *_unchanged(general, entering)]
    unlike = [_Test(test.text.replace(" == ", " != "), _negated(test.values)) for test in equal]
    yield from equal
    yield from unlike
    for one, other in combinations(equal, 2):
        yield _Test(f"{one.text} and {other.text}", _joined(one.values, other.values, both=True))
    for one, other in combinations(unlike, 2):
        yield _Test(f"{one.text} or {other.text}", _joined(one.values, other.values, both=False))


def _ones(general: General) -> Iterator[_Test]:
    """Whether a number is 1."""
    for variable in general.variables:
        if all(value is None or type(value) is int for value in variable.values) and 1 in variable.values:
            yield _Test(f"{variable.name} == 1", tuple([_equal(value, 1) for value in variable.values]))


def _unchanged(general: General, entering: Sequence[int]) -> Iterator[_Test]:
    """Whether the channels of the input are those that an expression says."""
    for text, values in general.said.items():
        if entering and text not in ("channels", ENTERING):
            same = tuple([_equal(value, one) for value, one in zip(values, entering, strict=True)])
            yield _Test(f"{ENTERING} == {text}", same)


def _equal(value: Any, other: Any) -> bool | None:
    return None if value is None else bool(value == other)


def _negated(values: Presence) -> Presence:
    return tuple([None if value is None else not value for value in values])


def _joined(one: Presence, other: Presence, *, both: bool) -> Presence:
    """Both of two conditions, or either."""
    pairs = zip(one, other, strict=True)
    return tuple([None if None in pair else all(pair) if both else any(pair) for pair in pairs])
