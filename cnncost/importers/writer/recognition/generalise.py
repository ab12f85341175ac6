"""Several instances as one, with variables in place of what differs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.importers.writer.layout.arguments import is_default
from cnncost.importers.writer.recognition.expressions import Variable, express
from cnncost.importers.writer.recognition.slots import ACTIVATION, Slot, same, slots
from cnncost.importers.writer.steps import Activation, Expression, copied, walk
from cnncost.language.document.signature import RESERVED
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import RESERVED_WORDS
from cnncost.layers import STEP_TYPES
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.writer.steps import Step

_COUNT = {"repeat": "depth", "rows": "rows", ACTIVATION: "act"}
"""What a variable is called that stands there."""
ENTERING = "c_in"
"""What a block calls the channels of its input where a step inside needs them."""


class General(NamedTuple):
    """What several instances have in common."""

    steps: list[Step]
    """Their steps, with variables in place of what differs."""
    variables: list[Variable]
    """What differs, with its values in every instance."""
    said: dict[str, Sequence[Any]]
    """The values of every expression that says a number of channels."""


def generalise(
    instances: Sequence[list[Step]],
    *,
    entering: Sequence[int] = (),
    leaving: Sequence[int] = (),
    taken: Sequence[str] = (),
) -> General:
    """The instances, all of one structure, as one.

    Args:
        instances: the steps of each; steps that it does not have stand there as absent.
        entering: channels of the input of each; empty where nothing can say them.
        leaving: channels of what each puts out.
        taken: names that no variable may have.
    """
    template = copied(instances[0])
    inner = {name for step in walk(template) for name in step.variables}
    names = _Names({*taken, *inner, *RESERVED, *RESERVED_WORDS, *BUILTINS, ENTERING})
    first = Variable(ENTERING, tuple(entering)) if entering else None
    variables: list[Variable] = []
    said: dict[str, Sequence[Any]] = {}
    places = [list(slots(instance)) for instance in instances]
    for slot, same_place in zip(list(slots(template)), zip(*places, strict=True), strict=True):
        whole = [None if place.step.is_absent else place.get() for place in same_place]
        values = _bare(whole)
        present = [value for value in values if value is not None]
        if not present or all(same(value, present[0]) for value in present):
            slot.put(next((value for value in whole if value is not None), slot.get()))
            continue
        channels = [place.step.channels for place in same_place]
        known = _completed(variables, values) or express(
            slot.name, values, channels if all(channels) else (), variables, first
        )
        if known is None:
            variable = Variable(names.new(_wish(slot, values, leaving)), tuple(values), _default(slot, values))
            variables.append(variable)
            known = Expression(variable.name)
        arguments = _common(slot, same_place)
        slot.put(known)
        slot.step.arguments |= arguments
        if slot.name == "out":
            before = said.get(known.text, values)
            said[known.text] = [new if old is None else old for old, new in zip(before, values, strict=True)]
    return General(template, variables, said)


def _completed(variables: list[Variable], values: Sequence[Any]) -> Expression | None:
    """A variable that has these values where it matters to both; it has the others from now on."""
    for place, variable in enumerate(variables):
        pairs = list(zip(variable.values, values, strict=True))
        both = [(one, other) for one, other in pairs if one is not None and other is not None]
        if both and all(same(one, other) for one, other in both):
            together = tuple([other if one is None else one for one, other in pairs])
            variables[place] = variable._replace(values=together)
            return Expression(variable.name)
    return None


def _bare(values: list[Any]) -> list[Any]:
    """Activations without their arguments, where these are the same in all of them."""
    given = {repr(value.arguments) for value in values if isinstance(value, Activation)}
    return [
        value._replace(arguments=()) if isinstance(value, Activation) and len(given) == 1 else value for value in values
    ]


def _common(slot: Slot, places: Sequence[Slot]) -> dict[str, Any]:
    """Arguments of an activation that all instances have, and that are not as by default."""
    values = [place.get() for place in places if not place.step.is_absent]
    if slot.name != ACTIVATION or len({repr(value.arguments) for value in values}) > 1:
        return {}
    given = dict(values[0].arguments)
    return {name: each for name, each in given.items() if not is_default(values[0].keyword, name, each, given)}


class _Names:
    """Names of variables that are not taken."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def new(self, wishes: Sequence[str]) -> str:
        """The first of the wishes that is free, or the last with a number."""
        for wish in wishes:
            if wish not in self.taken:
                break
        else:
            number = 2
            while f"{wishes[-1]}_{number}" in self.taken:
                number += 1
            wish = f"{wishes[-1]}_{number}"
        self.taken.add(wish)
        return wish


def _wish(slot: Slot, values: Sequence[Any], leaving: Sequence[int]) -> list[str]:
    """What a variable could be called, the best name first."""
    name = _COUNT.get(slot.name, slot.name)
    if slot.name == "rows" and all(type(value) is int for value in values if value is not None):
        name = "depth"
    if slot.name == "out":
        is_whole = list(values) == list(leaving)
        name = "out" if is_whole or not leaving else "width"
    label = (slot.step.label or "").strip("[]").replace(".", "_")
    return [name, *([f"{label}_{name}"] if label.isidentifier() else [name])]


def _default(slot: Slot, values: Sequence[Any]) -> Any:
    """The value that most instances have, where a layer has a default for it too, or it is a flag."""
    present = [value for value in values if value is not None]
    value, times = Counter(map(repr, present)).most_common(1)[0]
    likely = next(each for each in present if repr(each) == value)
    kind = STEP_TYPES.get(slot.step.callee)
    field = None if kind is None else kind.fields.get(slot.name)
    has_default = isinstance(likely, bool) or _is_bare(likely) or (field is not None and not field.required)
    is_usual = 2 * times >= len(present)
    return likely if is_usual and (has_default or slot.name in _USUAL) and not isinstance(likely, Expression) else None


def _is_bare(value: Any) -> bool:
    """Whether a value is an activation that is written by its name alone."""
    if not isinstance(value, Activation):
        return False
    arguments = dict(value.arguments)
    return all(is_default(value.keyword, name, each, arguments) for name, each in value.arguments)


_USUAL = frozenset({"kernel", "stride", "padding", "dilation", "groups", "bias"})
"""Parameters of blocks that stand for fields with a default."""
