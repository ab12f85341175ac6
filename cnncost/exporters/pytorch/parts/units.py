"""Units: what one statement of a forward pass does, with the modules that it needs."""

from __future__ import annotations

import keyword
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.code.expressions import Attribute, Call, Item, Literal, Name, Series, children, rebuilt
from cnncost.exporters.pytorch.parts.recording import input_name
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SELF = Name("self")

_MODULE_ATTRIBUTES = (
    "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches "
    "eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict "
    "modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook "
    "register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook "
    "register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook "
    "register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ "
    "set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad "
)
MODULE_ATTRIBUTES = frozenset(_MODULE_ATTRIBUTES.split())
"""What modules of PyTorch have of their own, which no step may be called."""


class Member(NamedTuple):
    """A module that a class holds."""

    attribute: str
    expression: Any
    """What makes it."""


class Unit(NamedTuple):
    """What one statement does."""

    nodes: tuple[int, ...]
    """The nodes that it stands for."""
    inputs: tuple[int, ...]
    """The values that it reads, in the order of :func:`input_name`."""
    outputs: tuple[int, ...]
    """The values that it gives."""
    result: Any
    """The expression of them, with what is read as :func:`input_name` and modules as attributes of ``self``."""
    members: tuple[Member, ...]
    """The modules that it brings along."""
    places: Mapping[int, str]
    """Where the modules of nodes are, as paths from ``self``: ``stage[0].conv``."""
    hints: tuple[str, ...]
    """What to call each value that it gives, where it needs a name."""
    is_named_by_kind: bool
    training_only: bool

    @property
    def module(self) -> Any:
        """The expression that makes it, where the unit is a single module; ``None`` for any other."""
        if len(self.members) != 1:
            return None
        attribute, expression = self.members[0]
        return expression if self.result == call_of(Attribute(SELF, attribute), len(self.inputs)) else None


def call_of(function: Any, inputs: int) -> Call:
    """The call of a module with so many inputs."""
    return Call(function, tuple([("", input_name(place)) for place in range(inputs)]))


def identifier(name: str) -> str:
    """A name as an attribute of a module: what PyTorch or Python has already gets an underscore.

    >>> identifier("stage[0]"), identifier("type"), identifier("1x1"), identifier("class")
    ('stage_0', 'type_', 'step_1x1', 'class_')
    """
    text = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "step"
    if text[0].isdigit():
        text = f"step_{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in MODULE_ATTRIBUTES else text


def is_chain(units: Sequence[Unit]) -> bool:
    """Whether each unit is a module that reads what the one before gives, and nothing else does."""
    if any(unit.module is None or len(unit.inputs) != 1 or len(unit.outputs) != 1 for unit in units):
        return False
    return bool(units) and all(two.inputs == one.outputs for one, two in pairwise(units))


def in_sequence(attribute: str, units: Sequence[Unit], is_named_by_kind: bool, *, nested: bool) -> Unit:
    """A chain as one unit, an ``nn.Sequential`` where it has several modules.

    Args:
        attribute: what it is called.
        units: the chain.
        is_named_by_kind: whether nobody gave it a name.
        nested: whether sequences in it stay what they are, or their modules become its own.
    """
    if len(units) == 1:
        only = renamed(units[0], {units[0].members[0].attribute: attribute})
        return only._replace(hints=(attribute,), is_named_by_kind=is_named_by_kind)
    items: list[Any] = []
    places: dict[int, str] = {}
    for unit in units:
        own, module = unit.members[0].attribute, unit.module
        spliced = _items_of(module) if len(unit.nodes) > 1 and not nested else None
        start = f"{attribute}[{len(items)}]"
        for node, place in unit.places.items():
            behind = place.removeprefix(own)
            places[node] = start + behind if spliced is None else _shifted(attribute, behind, len(items))
        items += [module] if spliced is None else spliced
    expression = Call(Attribute(Name("nn"), "Sequential"), tuple([("", item) for item in items]))
    return Unit(
        joined([unit.nodes for unit in units]),
        units[0].inputs,
        units[-1].outputs,
        call_of(Attribute(SELF, attribute), 1),
        (Member(attribute, expression),),
        places,
        (attribute,),
        is_named_by_kind,
        units[0].training_only,
    )


def in_list(attribute: str, units: Sequence[Unit]) -> list[Unit]:
    """Modules as the items of one ``nn.ModuleList``, each still a unit of its own."""
    series = Series("[]", tuple([unit.module for unit in units]))
    member = Member(attribute, Call(Attribute(Name("nn"), "ModuleList"), (("", series),)))
    found = []
    for number, unit in enumerate(units):
        own, item = unit.members[0].attribute, Item(Attribute(SELF, attribute), Literal(number))
        places = {node: f"{attribute}[{number}]{place.removeprefix(own)}" for node, place in unit.places.items()}
        result = call_of(item, len(unit.inputs))
        members = () if number else (member,)
        found.append(unit._replace(result=result, members=members, places=places))
    return found


def renamed(unit: Unit, names: Mapping[str, str]) -> Unit:
    """The unit with other attributes in the place of its own."""
    members = tuple([Member(names.get(own, own), expression) for own, expression in unit.members])
    places = {node: _renamed_place(place, names) for node, place in unit.places.items()}
    return unit._replace(members=members, places=places, result=_renamed_result(unit.result, names))


def joined(groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """All numbers of all groups, in ascending order."""
    return tuple(sorted([number for group in groups for number in group]))


def _renamed_place(place: str, names: Mapping[str, str]) -> str:
    first = re.split(r"[.\[]", place, maxsplit=1)[0]
    return names.get(first, first) + place[len(first) :]


def _renamed_result(expression: Any, names: Mapping[str, str]) -> Any:
    if isinstance(expression, Attribute) and expression.base == SELF:
        return Attribute(SELF, names.get(expression.name, expression.name))
    return rebuilt(expression, lambda part: _renamed_result(part, names))


def _items_of(module: Any) -> list[Any] | None:
    """What an ``nn.Sequential`` holds."""
    match module:
        case Call(function=Attribute(base=Name(text="nn"), name="Sequential"), arguments=arguments):
            return [argument for _, argument in arguments]
    return None


def _shifted(attribute: str, behind: str, by: int) -> str:
    """The place of an item in a longer sequence: ``[2].conv`` further on."""
    number, rest = behind[1:].split("]", maxsplit=1)
    return f"{attribute}[{int(number) + by}]{rest}"


def attributes_in(expression: Any) -> set[str]:
    """The attributes of ``self`` that an expression reads."""
    if isinstance(expression, Attribute) and expression.base == SELF:
        return {expression.name}
    return {name for child in children(expression) for name in attributes_in(child)}
