"""From regions to units: what becomes a class, a sequence, a list of modules, or statements of what is around it."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.classes.root import home_of
from cnncost.exporters.pytorch.classes.templates import Body, is_same
from cnncost.exporters.pytorch.code.expressions import Attribute, Choice, Literal, rebuilt
from cnncost.exporters.pytorch.code.signatures import in_full, module_name
from cnncost.exporters.pytorch.parts.recording import MADE, input_name, record
from cnncost.exporters.pytorch.parts.regions import Leaf, Region, turn_of
from cnncost.exporters.pytorch.parts.units import (
    SELF,
    Member,
    Unit,
    call_of,
    identifier,
    in_list,
    in_sequence,
    is_chain,
    joined,
    renamed,
)
from cnncost.graph.weights import has_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cnncost.exporters.pytorch.classes.root import Home
    from cnncost.exporters.pytorch.classes.templates import Library
    from cnncost.exporters.pytorch.parts.recording import Recording
    from cnncost.exporters.pytorch.parts.regions import Flow
    from cnncost.graph.graph import Node


class Composer:
    """Makes units of the regions of one graph, and collects the classes that they need."""

    def __init__(self, flow: Flow, library: Library) -> None:
        self.flow = flow
        self.library = library
        self.written: dict[str, Callable[..., Any]] = {}
        self.homes: dict[int, Home] = {}
        self._recordings: dict[Any, Recording] = {}

    def body_of(self, region: Region, units: Sequence[Unit], base: str) -> tuple[Body, Sequence[Unit]]:
        """The class of a region, and its units in the order of its constructor."""
        steps = in_order(units)
        if steps is None:  # containers that wait for each other are none
            units = self.units_in(Region(region.name, region.kind, [*_leaves(region)]))
            steps = in_order(units)
        assert steps is not None
        if all(unit.training_only for unit in units):  # whoever calls it does so in training only
            steps = [unit._replace(training_only=False) for unit in steps]
        numbers = joined([unit.nodes for unit in units])
        inside = set(numbers)
        inputs = tuple(dict.fromkeys([value for unit in steps for value in unit.inputs if value not in inside]))
        members = tuple([member for unit in units for member in unit.members])
        return Body(base, members, tuple(steps), inputs, self.flow.outputs(numbers)), units

    def units_in(self, region: Region) -> list[Unit]:
        """The units of what a region holds, in the order in which it is there, with attributes unlike each other."""
        units: list[Unit] = []
        taken: set[str] = set()
        for name, children in _by_loop(region.children):
            added = self._turns(name, children, units) if name is not None else self._units_of(children[0], units)
            units += _attributed(added, taken, identifier(name or children[0].name))
        return units

    def _units_of(self, child: Region | Leaf, beside: Sequence[Unit]) -> list[Unit]:
        """The units of a step: one where it is a module."""
        attribute = identifier(child.name)
        if isinstance(child, Leaf):
            return [self._layer(child, attribute, beside)]
        numbers = [node.id for node in child.nodes()]
        if not self.flow.is_one_step(numbers):
            return self.units_in(child)
        units = self.units_in(child)
        is_plain = self._is_chain(units) and all(unit.is_named_by_kind for unit in units)
        if is_plain and not child.is_block:
            return [in_sequence(attribute, units, False, nested=False)]
        if child.is_inline:
            return [
                unit._replace(hints=(attribute,) * len(unit.outputs)) if unit.is_named_by_kind else unit
                for unit in units
            ]
        if not any(unit.members for unit in units):
            return units
        base = child.kind if child.is_block else turn_of(child.name) or child.name
        return [self._instance(child, units, base, attribute, beside)]

    def _is_chain(self, units: Sequence[Unit]) -> bool:
        """Whether the units are modules one after the other, of which nothing else reads any but the last."""
        return is_chain(units) and self.flow.outputs(joined([unit.nodes for unit in units])) == units[-1].outputs

    def _turns(self, name: str, children: Sequence[Region | Leaf], beside: Sequence[Unit]) -> list[Unit]:
        """The turns of a loop: a sequence where each reads the one before and nothing else does, or a list."""
        turns: list[list[Unit]] = []
        units: list[Unit] = []
        for child in children:
            turns.append(self._units_of(child, [*beside, *units]))
            units += turns[-1]
        attribute, is_automatic = identifier(name), all(child.is_named_by_kind for child in children)
        if len(units) != len(turns) or any(unit.module is None for unit in units):
            return units
        if self._is_chain(units):
            return [in_sequence(attribute, units, is_automatic, nested=True)]
        return units if len(units) == 1 else in_list(attribute, units)

    def _instance(
        self, region: Region, units: Sequence[Unit], base: str, attribute: str, beside: Sequence[Unit]
    ) -> Unit:
        """A region as an instance of a class; of one beside it whose weights it shares, that one once more."""
        body, units = self.body_of(region, units, base)
        instance = self.library.instance_of(body)
        nodes = region.nodes()
        places = {node: f"{attribute}.{place}" for unit in units for node, place in unit.places.items()}
        unit = Unit(
            tuple([node.id for node in nodes]),
            body.inputs,
            body.outputs,
            call_of(Attribute(SELF, attribute), len(body.inputs)),
            (Member(attribute, instance),),
            places,
            _hints(body, attribute),
            region.is_named_by_kind,
            all(node.auxiliary for node in nodes),
        )
        owner = self._owner_of(unit, nodes, beside)
        return unit if owner is None else unit._replace(result=owner, members=(), places={})

    def _owner_of(self, unit: Unit, nodes: Sequence[Node], beside: Sequence[Unit]) -> Any:
        """The call of a module beside it, all of whose weights a unit uses as its own; ``None`` if there is none."""
        weights = [node.weights for node in nodes if has_weights(node)]
        if not weights or any(node.owns_weights for node in nodes if has_weights(node)):
            return None
        module = unit.module
        for other in beside:
            if weights[0] in other.nodes and other.module is not None:
                theirs = [self.flow.nodes[number] for number in other.nodes]
                if is_same(other.module, module) and [node.weights for node in theirs if has_weights(node)] == weights:
                    return other.result
        return None

    def _layer(self, leaf: Leaf, attribute: str, beside: Sequence[Unit]) -> Unit:
        """A layer as a unit: its module, or what it computes."""
        node = leaf.node
        recording = self._record(node)
        read = (self.flow.first_input,) if node.layer.is_source else node.inputs
        members, result = self._made(node, recording, attribute, len(read))
        self.homes[node.id] = home_of(members, recording)
        places = {node.id: attribute} if members else {}
        inputs = tuple(dict.fromkeys(read))
        if len(inputs) < len(read):  # it reads something twice
            again = {input_name(place): input_name(inputs.index(value)) for place, value in enumerate(read)}
            result = _replaced(result, again)
        unit = Unit(
            (node.id,), inputs, (node.id,), result, members, places, (attribute,), leaf.is_named_by_kind, node.auxiliary
        )
        owner = self._owner_of(unit, [node], beside) if members else None
        return unit if owner is None else unit._replace(result=owner, members=(), places={})

    def _record(self, node: Node) -> Recording:
        key = (id(node.layer), node.xs)
        if key not in self._recordings:
            self._recordings[key] = record(node)
            self.written |= {function.__name__: function for function in self._recordings[key].written}
        return self._recordings[key]

    def _made(self, node: Node, recording: Recording, attribute: str, reads: int) -> tuple[tuple[Member, ...], Any]:
        """The modules of a layer, and what it computes with them of so many inputs."""
        own = call_of(Attribute(SELF, attribute), reads)
        if recording.module is not None:
            return (Member(attribute, _in_full(recording.module)),), own
        parts = [Member(name, _in_full(part)) for name, part in recording.parts]
        is_simple = len(parts) < 2 and all(module_name(part.expression) not in ("", "Parameter") for part in parts)
        if recording.through or isinstance(recording.result, Choice) or not is_simple:
            return (Member(attribute, self._own_class(node, recording, parts, reads)),), own
        members = tuple([Member(attribute, part.expression) for part in parts])
        called = {Attribute(SELF, part.attribute): Attribute(SELF, attribute) for part in parts}
        return members, _replaced(recording.result, called)

    def _own_class(self, node: Node, recording: Recording, parts: Sequence[Member], reads: int) -> Any:
        """An instance of the class that is written for a layer with weights that are no module's."""
        places, result = tuple(range(reads)), (reads,)
        unit = Unit(result, places, result, recording.result, (), {}, ("",), True, False)
        body = Body(type(node.layer).__name__, tuple(parts), (unit,), places, result, True)
        made: Any = self.library.instance_of(body)
        for call in recording.through:
            made = _replaced(call, {MADE: made})
        return made


def in_order(units: Sequence[Unit]) -> list[Unit] | None:
    """The units so that each stands behind what it reads, what is needed in training only last.

    ``None`` where some wait for each other.
    """
    maker = {value: place for place, unit in enumerate(units) for value in unit.nodes}
    waits = [{maker[value] for value in unit.inputs if value in maker} for unit in units]
    readers: list[list[int]] = [[] for _ in units]
    for place, makers in enumerate(waits):
        for one in makers:
            readers[one].append(place)
    ready = [(units[place].training_only, units[place].nodes[0], place) for place, one in enumerate(waits) if not one]
    heapify(ready)
    found: list[Unit] = []
    while ready:
        *_, place = heappop(ready)
        found.append(units[place])
        for reader in readers[place]:
            waits[reader].remove(place)
            if not waits[reader]:
                heappush(ready, (units[reader].training_only, units[reader].nodes[0], reader))
    return found if len(found) == len(units) else None


def _by_loop(children: Iterable[Region | Leaf]) -> list[tuple[str | None, list[Region | Leaf]]]:
    """The steps, those of the turns of one loop together where the first of them stands."""
    groups: dict[tuple[str | None, int], list[Region | Leaf]] = {}
    for number, child in enumerate(children):
        turn = None if isinstance(child, Region) and child.is_inline else turn_of(child.name)
        groups.setdefault((turn, number if turn is None else -1), []).append(child)
    return [(turn, group) for (turn, _), group in groups.items()]


def _attributed(units: Sequence[Unit], taken: set[str], around: str) -> list[Unit]:
    """The units with attributes that are not taken: with what they lie in in front, or numbered."""
    names: dict[str, str] = {}
    for unit in units:
        for own, _ in unit.members:
            name, number = own, 2
            if name in taken and own != around:
                name = f"{around}_{own}"
            wanted = name
            while name in taken:
                name, number = f"{wanted}_{number}", number + 1
            taken.add(name)
            if name != own:
                names[own] = name
    return [renamed(unit, names) for unit in units] if names else [*units]


def _hinted(unit: Unit, hint: str) -> Unit:
    return unit._replace(hints=(hint,) * len(unit.outputs))


def _hints(body: Body, attribute: str) -> tuple[str, ...]:
    """What to call what a class gives: as inside where it gives several values."""
    if len(body.outputs) == 1:
        return (attribute,)
    inside = {value: hint for unit in body.units for value, hint in zip(unit.outputs, unit.hints, strict=True)}
    return tuple([inside[value] for value in body.outputs])


def _leaves(region: Region) -> list[Leaf]:
    """All layers in a region, called with what they lie in."""
    found = []
    for child in region.children:
        if isinstance(child, Leaf):
            found.append(child)
        else:
            found += [Leaf(f"{child.name}.{leaf.name}", leaf.node) for leaf in _leaves(child)]
    return found


def _in_full(expression: Any) -> Any:
    full = rebuilt(expression, _in_full)
    return in_full(full) if module_name(full) else full


def _replaced(expression: Any, others: dict[Any, Any]) -> Any:
    if isinstance(expression, Literal):
        return expression
    if expression in others:
        return others[expression]
    return rebuilt(expression, lambda part: _replaced(part, others))
