"""What differs between two networks whose steps stand side by side, and what only follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.records import NamedTuple
from cnncost.verification.result import Change, Difference, LayerPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnncost.graph.graph import Node
    from cnncost.verification.comparison.pairs import Alignment
    from cnncost.verification.comparison.steps import Step, Steps
    from cnncost.verification.result import What


class Findings(NamedTuple):
    """What differs between two networks."""

    differences: tuple[Difference, ...]
    """In the order of execution."""
    compared: int
    """Layers that both have."""
    following: int
    """Those of them whose shape differs only because something before them does."""


def findings(aligned: Alignment, their_name: Callable[[Node], str]) -> Findings:
    """What differs between two networks.

    Args:
        aligned: their steps, side by side.
        their_name: what a layer of the other network is called.
    """
    return _Comparing(aligned, their_name).findings()


def spelt(value: Any) -> str:
    """The value of a field as a spec would have it: one number where all are the same.

    >>> spelt((3, 3)), spelt(((1, 1), (0, 0))), spelt(True), spelt(None), spelt(1e-05)
    ('3', '[1, 0]', 'true', 'none', '1e-05')
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, tuple | list):
        parts = [spelt(item) for item in value]
        return parts[0] if len(set(parts)) == 1 else f"[{', '.join(parts)}]"
    return str(value)


class _Comparing:
    """Two networks side by side; `ours` and `theirs` are places of their steps."""

    def __init__(self, aligned: Alignment, their_name: Callable[[Node], str]) -> None:
        self.aligned = aligned
        self.ours, self.theirs = aligned.ours, aligned.theirs
        self.their_name = their_name

    def findings(self) -> Findings:
        found: list[tuple[tuple[int, int], Difference]] = []
        following = 0
        for place, step in enumerate(self.ours.steps):
            other = self.aligned.their_place.get(place)
            difference = None if other is None else self._between(place, other)
            if difference is not None:
                found.append(((place, 0), difference))
            elif other is not None:
                following += step.shape != self.theirs.steps[other].shape
        _, behind = self.aligned.behind()
        found += [((group[0], 0), self._missing(group)) for group in _groups(self.ours, self.aligned.our_left)]
        for group in _groups(self.theirs, self.aligned.their_left):
            found.append(((behind[group[0]], 1 + group[0]), self._extra(group)))
        differences = [difference for _, difference in sorted(found, key=lambda each: each[0])]
        compared = {self.ours.steps[place].node.id for place in self.aligned.their_place}
        layers = sum(self.ours.steps[place].kind == "input" for place in self.aligned.their_place)
        return Findings((*differences, *self._outputs()), len(compared) - layers, following)

    def _between(self, place: int, other: int) -> Difference | None:
        """What differs between two steps that are taken for the same, unless it follows from what they read."""
        ours, theirs = self.ours.steps[place], self.theirs.steps[other]
        one, two = self._our_place(place), self._their_place(other)
        if ours.kind == "input":
            return self._input(ours, theirs, one, two)
        kinds = ours.node.type, theirs.node.type
        if ours.kind != theirs.kind and kinds[0] != kinds[1]:
            text = f"{one} is {_article(kinds[0])}, and {two} {_article(kinds[1])}"
            return _difference("type", one, two, [Change(field="type", spec=kinds[0], model=kinds[1])], text)
        changes = _changes(ours, theirs)
        if changes:
            said = [f"{change.field} {getattr(change, side)}" for side in ("spec", "model") for change in changes]
            half = len(changes)
            text = f"{one} has {', '.join(said[:half])}, and {two} {', '.join(said[half:])}"
            return _difference("fields", one, two, changes, text)
        return self._reads(place, other) or self._weights(place, other) or self._shape(ours, theirs, one, two)

    def _input(self, ours: Step, theirs: Step, one: LayerPlace, two: LayerPlace) -> Difference | None:
        if ours.shape == theirs.shape:
            return None
        change = Change(field="shape", spec=_sizes(ours.shape), model=_sizes(theirs.shape))
        return _difference("input", one, two, [change], f"input {one} is {change.spec}, and input {two} {change.model}")

    def _reads(self, place: int, other: int) -> Difference | None:
        """Other steps that are read; a step that the other network does not have is a difference already."""
        aligned, ours, theirs = self.aligned, self.ours.steps[place], self.theirs.steps[other]
        known = all(read in aligned.their_place for read in ours.reads)
        known = known and all(read in aligned.our_place for read in theirs.reads)
        if not known or aligned.reads_alike(place, other):
            return None
        read_by_them = {aligned.our_place[read] for read in theirs.reads}
        ours_alone = [read for read in ours.reads if read not in read_by_them] or ours.reads
        theirs_alone = [read for read in theirs.reads if aligned.our_place[read] not in ours.reads] or theirs.reads
        one, two = self._our_place(place), self._their_place(other)
        change = Change(
            field="reads",
            spec=", ".join([str(self._our_place(read)) for read in ours_alone]),
            model=", ".join([str(self._their_place(read)) for read in theirs_alone]),
        )
        if {*ours.reads} == read_by_them:
            text = f"{one} reads what {two} reads in another order: {change.spec}, and in the model {change.model}"
        else:
            text = f"{one} reads {change.spec}, and {two} reads {change.model}"
        return _difference("reads", one, two, [change], text)

    def _weights(self, place: int, other: int) -> Difference | None:
        ours, theirs = self.ours.steps[place], self.theirs.steps[other]
        mapped = None if ours.shares is None else self.aligned.their_place.get(ours.shares, -1)
        if mapped == theirs.shares:
            return None
        one, two = self._our_place(place), self._their_place(other)
        change = Change(
            field="weights",
            spec="its own" if ours.shares is None else f"those of {self._our_place(ours.shares)}",
            model="its own" if theirs.shares is None else f"those of {self._their_place(theirs.shares)}",
        )
        return _difference("weights", one, two, [change], f"{one} has weights {change.spec}, and {two} {change.model}")

    def _shape(self, ours: Step, theirs: Step, one: LayerPlace, two: LayerPlace) -> Difference | None:
        """Another output of the same input, such as of a pool that rounds otherwise."""
        read = [self.ours.steps[each].shape for each in ours.reads]
        if ours.shape == theirs.shape or read != [self.theirs.steps[each].shape for each in theirs.reads]:
            return None
        change = Change(field="output_shape", spec=_sizes(ours.shape), model=_sizes(theirs.shape))
        hidden = [
            Change(field=name, spec=spelt(value), model=spelt(theirs.node.layer.arguments.get(name)))
            for name, value in ours.node.layer.arguments.items()
            if value != theirs.node.layer.arguments.get(name) and type(ours.node.layer) is type(theirs.node.layer)
        ]
        because = "".join(f"; {each.field} is {each.spec}, and in the model {each.model}" for each in hidden)
        text = f"{one} gives {change.spec}, and {two} {change.model}{because}"
        return _difference("shape", one, two, [change, *hidden], text)

    def _missing(self, group: list[int]) -> Difference:
        """Layers that the other network does not have, each of which reads one before it."""
        one, ancestor = self._our_place(group[0]), self._their_ancestor(group[0])
        two = None if ancestor is None else self._their_place(ancestor)
        said = _are_missing(self.ours, group, one)
        text = f"{said} missing in the model" + ("" if two is None else f", behind {two}")
        return _difference("missing", one, two, [], text, layers=len(group))

    def _extra(self, group: list[int]) -> Difference:
        """Layers that the other network alone has."""
        two, ancestor = self._their_place(group[0]), self._our_ancestor(group[0])
        one = None if ancestor is None else self._our_place(ancestor)
        said = _are_missing(self.theirs, group, two)
        text = f"{said} missing in the spec" + ("" if one is None else f", behind {one}")
        return _difference("extra", one, two, [], text, layers=len(group))

    def _outputs(self) -> Iterator[Difference]:
        """Outputs of one network alone; where one is missing or extra, that is the difference."""
        aligned = self.aligned
        pairs: list[tuple[int | None, int | None]] = []
        pairs += [(place, aligned.their_place.get(place)) for place in self.ours.outputs]
        pairs += [(aligned.our_place.get(other), other) for other in self.theirs.outputs]
        known = [(ours, theirs) for ours, theirs in dict.fromkeys(pairs) if ours is not None and theirs is not None]
        if len(known) < len({*pairs}):
            return
        for ours, theirs in known:
            one, two = self._our_place(ours), self._their_place(theirs)
            if theirs not in self.theirs.outputs:
                yield _difference("output", one, two, [], f"{one} is an output, and {two} is none of the model's")
            elif ours not in self.ours.outputs:
                yield _difference("output", one, two, [], f"{two} is an output, and {one} is none of the spec's")

    def _their_ancestor(self, place: int) -> int | None:
        """The other's step for the nearest thing that ours reads, first input first."""
        step = _ancestor(self.ours, place, self.aligned.their_place)
        return None if step is None else self.aligned.their_place[step]

    def _our_ancestor(self, other: int) -> int | None:
        step = _ancestor(self.theirs, other, self.aligned.our_place)
        return None if step is None else self.aligned.our_place[step]

    def _our_place(self, place: int) -> LayerPlace:
        node = self.ours.steps[place].node
        return _place(node, node.name)

    def _their_place(self, place: int) -> LayerPlace:
        node = self.theirs.steps[place].node
        return _place(node, self.their_name(node))


def _ancestor(network: Steps, place: int, known: dict[int, int]) -> int | None:
    while network.steps[place].reads:
        place = network.steps[place].reads[0]
        if place in known:
            return place
    return None


def _groups(network: Steps, places: list[int]) -> list[list[int]]:
    """Steps of which each reads one before it, together."""
    group_of: dict[int, list[int]] = {}
    groups: list[list[int]] = []
    for place in places:
        group = next((group_of[read] for read in network.steps[place].reads if read in group_of), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(place)
        group_of[place] = group
    return groups


def _are_missing(network: Steps, group: list[int], first: LayerPlace) -> str:
    named = f"{first}, {_article(network.steps[group[0]].node.type)},"
    if len(group) == 1:
        return f"{named} is"
    more = len(group) - 1
    return f"{named} and {more} {'layer' if more == 1 else 'layers'} behind it are"


def _place(node: Node, name: str) -> LayerPlace:
    return LayerPlace(layer=name, where="" if node.origin is None else node.origin.where)


def _difference(
    what: What, spec: LayerPlace | None, model: LayerPlace | None, changes: list[Change], text: str, *, layers: int = 1
) -> Difference:
    return Difference(what=what, spec=spec, model=model, changes=tuple(changes), layers=layers, text=text)


def _changes(ours: Step, theirs: Step) -> list[Change]:
    """Fields of two steps of the same layer type that have other values."""
    mine, other = dict(ours.form.fields), dict(theirs.form.fields)
    if ours.kind != theirs.kind:  # the same layer type, which is something else with these fields: a 1x1 convolution
        mine, other = dict(ours.node.layer.arguments), dict(theirs.node.layer.arguments)
    changes = [
        Change(field=name, spec=spelt(mine.get(name)), model=spelt(other.get(name)))
        for name in dict.fromkeys([*mine, *other])
        if mine.get(name) != other.get(name)
    ]
    if ours.node.trainable != theirs.node.trainable and ours.node.parameters():
        trained = [spelt(step.node.trainable) for step in (ours, theirs)]
        changes.append(Change(field="trainable", spec=trained[0], model=trained[1]))
    return changes


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} `{kind}`"
