"""Blocks: containers of one kind become one definition, with parameters for what differs."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from cnncost.importers.writer.recognition.align import aligned, mark_presence
from cnncost.importers.writer.recognition.conditions import add_conditions
from cnncost.importers.writer.recognition.expressions import Variable
from cnncost.importers.writer.recognition.generalise import ENTERING, General, generalise
from cnncost.importers.writer.recognition.loops import compressed
from cnncost.importers.writer.recognition.slots import structure
from cnncost.importers.writer.steps import Expression, copied, walk
from cnncost.language.document.signature import RESERVED
from cnncost.language.document.steps import WORDS
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import RESERVED_WORDS
from cnncost.layers import STEP_TYPES
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.importers.writer.steps import Step

_MOST_SHAPES = 8
"""Structures of instances that one block may have; of more, each becomes a block of its own."""
_MOST_FLAGS = 3
"""Parameters of a block that say whether there are steps."""
_NO_NAMES = frozenset({*STEP_TYPES, *WORDS, *RESERVED, *RESERVED_WORDS, *BUILTINS})


class Block(NamedTuple):
    """A block of a spec."""

    name: str
    """What it is called."""
    variables: tuple[Variable, ...]
    """Its parameters, those without a default first."""
    steps: list[Step]
    """Its steps."""


def recognise(steps: list[Step], *, loops: bool) -> list[Block]:
    """Turn the containers among the steps into calls of blocks, which are returned, those that others call first."""
    blocks: list[Block] = []
    for instances in _by_kind(steps):
        if loops:
            for instance in instances:
                assert instance.body is not None
                instance.body = compressed(instance.body, in_block=True)
        for cluster in _clusters(instances):
            name = _free(cluster[0].kind, {block.name for block in blocks})
            blocks.append(_block(name, cluster))
    return blocks


def _by_kind(steps: list[Step]) -> Iterable[list[Step]]:
    """The containers of each kind, those first that the others hold.

    Where kinds hold each other in a circle, or themselves, how deep they go tells them apart: no block calls itself.
    """
    found = [step for step in walk(steps) if step.is_block]
    try:
        return _in_order(found, {id(step): step.kind for step in found})
    except CycleError:
        return _in_order(found, {id(step): f"{step.kind} {_depth(step)}" for step in found})


def _in_order(found: Sequence[Step], keys: dict[int, str]) -> list[list[Step]]:
    """The steps of each key, those first that others hold; raises CycleError."""
    held: dict[str, set[str]] = {key: set() for key in keys.values()}
    for step in found:
        for body in step.inner:
            held[keys[id(step)]] |= {keys[id(inner)] for inner in walk(body) if inner.is_block}
    order = TopologicalSorter(held).static_order()
    return [[step for step in found if keys[id(step)] == key] for key in order]


def _depth(step: Step) -> int:
    """How many blocks lie in each other."""
    inner = [_depth(other) for body in step.inner for other in walk(body) if other.is_block]
    return 1 + max(inner, default=0)


def _clusters(instances: Sequence[Step]) -> list[list[Step]]:
    """The instances that become one block each: all of them where they have most of their steps in common."""
    shapes: dict[object, list[Step]] = {}
    for instance in instances:
        assert instance.body is not None
        shapes.setdefault((structure(instance.body), len(instance.flow)), []).append(instance)
    if len(shapes) == 1:
        return list(shapes.values())
    bodies = [instance.body for instance in instances if instance.body is not None]
    is_one = len(shapes) <= _MOST_SHAPES and all(len(instance.flow) == 1 for instance in instances)
    if is_one and _is_alike(bodies):
        return [list(instances)]
    return list(shapes.values())


def _is_alike(bodies: Sequence[list[Step]]) -> bool:
    """Whether instances have most of their steps in common, and few parameters say which they lack."""
    together = aligned(_distinct(bodies))
    mark_presence(together, [True] * len(together))
    presences = {step.presence for step in walk(together[0]) if step.presence}
    longest = max(len(list(walk(body))) for body in bodies)
    return len(list(walk(together[0]))) <= 1.5 * longest and len(presences) <= 2 * _MOST_FLAGS


def _distinct(bodies: Sequence[list[Step]]) -> list[list[Step]]:
    return [copied(body) for body in {structure(body): body for body in bodies}.values()]


def _block(name: str, instances: list[Step]) -> Block:
    """One definition of the instances, which become calls of it."""
    is_fed = all(len(instance.flow) == 1 for instance in instances)
    entering = [instance.channels for instance in instances] if is_fed else []
    general, found = min((_general(instances, entering, backwards) for backwards in (False, True)), key=_size)
    variables = sorted(found, key=lambda variable: variable.default is not None)
    for place, instance in enumerate(instances):
        values = {variable.name: variable.values[place] for variable in variables}
        instance.callee, instance.body, instance.is_block, instance.kind = name, None, False, name
        instance.arguments = {
            name: _any(variable) if value is None else value
            for (name, value), variable in zip(values.items(), variables, strict=True)
        }
    if _reads(general.steps, ENTERING):
        variables.append(Variable(ENTERING, (), Expression("channels")))
    return Block(name, tuple(variables), general.steps)


def _general(instances: Sequence[Step], entering: Sequence[int], backwards: bool) -> tuple[General, list[Variable]]:
    """The instances as one, and all parameters that it needs."""
    bodies = aligned(
        [copied(instance.body) for instance in instances if instance.body is not None], backwards=backwards
    )
    mark_presence(bodies, [True] * len(bodies))
    general = generalise(bodies, entering=entering, leaving=[instance.channels_out for instance in instances])
    flags = add_conditions(general, entering)
    return general, [*general.variables, *flags]


def _size(found: tuple[General, list[Variable]]) -> int:
    return len(found[1])


def _any(variable: Variable) -> object:
    """A value for an instance to which it makes no difference."""
    present = [value for value in variable.values if value is not None]
    return present[0] if variable.default is None else variable.default


def _reads(steps: list[Step], name: str) -> bool:
    """Whether an expression of the steps reads a variable."""
    for step in walk(steps):
        texts = [
            value.text for value in (*step.arguments.values(), step.repeat, step.rows) if isinstance(value, Expression)
        ]
        if any(name in text.split() for text in (*texts, step.when or "")):
            return True
    return False


def _free(kind: str, taken: set[str]) -> str:
    """A name for a block of a kind."""
    name = f"{kind}_block" if kind in _NO_NAMES else kind
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
