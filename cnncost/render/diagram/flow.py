"""What flows between the parts of each block: a network as layers that read one another, cut into levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.diagram.blocks import Block, block_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.report.report import Report


class Flow(NamedTuple):
    """Layers and what they read, by numbers: those of a report's rows from 0, its inputs are -1, -2 and so on."""

    names: tuple[str, ...]
    """By their numbers: of the rows, then of the inputs from the last to the first."""
    reads: tuple[tuple[int, ...], ...]
    """What each row reads."""
    tree: Block
    """The blocks of all of them; the inputs stand before everything, in none."""

    def edges(self) -> Iterator[tuple[int, int]]:
        """From what is read to what reads, each once."""
        for reader, reads in enumerate(self.reads):
            for read in dict.fromkeys(reads):
                yield read, reader


class Level(NamedTuple):
    """What flows between the parts of one block, each part by its place among the children.

    What enters the block and what leaves it are parts too, behind the children: first those that enter, then those that
    leave.
    """

    children: int
    """How many there are."""
    inlets: tuple[int, ...]
    """The numbers of the layers outside that something in it reads."""
    outlets: tuple[int, ...]
    """The numbers of its layers that something outside reads."""
    tensors: dict[int, tuple[int, tuple[int, ...]]]
    """By the number of the layer that makes it: the part that it comes from, and those that read it."""

    def with_inlets(self, inlets: Sequence[int]) -> Level:
        """The level with what enters it in another order."""
        tensors = dict(self.tensors)
        for place, tensor in enumerate(inlets):
            tensors[tensor] = (self.children + place, self.tensors[tensor][1])
        return self._replace(inlets=tuple(inlets), tensors=tensors)


def flow_of(report: Report) -> Flow:
    """The layers of a report that has a row for each.

    >>> from cnncost import analyze
    >>> flow = flow_of(analyze("lenet5"))
    >>> flow.names[0], flow.names[-1], flow.reads[:2], flow.tree.children[:2]
    ('conv', 'input', ((-1,), (0,)), (-1, 0))
    """
    names = (*[row.name for row in report.rows], *reversed([*report.inputs]))
    inputs = range(-1, -1 - len(report.inputs), -1)
    numbers = {name: number for number, name in enumerate([row.name for row in report.rows])}
    numbers |= {names[number]: number for number in inputs}
    reads = tuple([tuple([numbers[read] for read in row.inputs]) for row in report.rows])
    tree = block_tree([row.name for row in report.rows], [row.scopes for row in report.rows])
    return Flow(names, reads, tree._replace(children=(*inputs, *tree.children)))


def levels_of(flow: Flow) -> dict[str, Level]:
    """What flows between the parts of every block, by the block's name.

    >>> tree = Block("", "", "", (-1, Block("u", "u", "", (0, 1)), 2))
    >>> flow = Flow(("u.a", "u.b", "c", "x"), ((-1,), (0,), (1, -1)), tree)
    >>> levels_of(flow)[""].tensors
    {-1: (0, (1, 2)), 1: (1, (2,))}
    >>> levels_of(flow)["u"]
    Level(children=2, inlets=(-1,), outlets=(1,), tensors={-1: (2, (0,)), 0: (0, (1,)), 1: (1, (3,))})
    """
    places: dict[int, list[tuple[str, int]]] = {}
    sizes: dict[str, int] = {}
    _walk(flow.tree, [], places, sizes)
    found: dict[str, dict[int, tuple[int, dict[int, None]]]] = {name: {} for name in sizes}
    for read, reader in flow.edges():
        _cut(read, places[read], places[reader], found)
    return {name: _level(sizes[name], tensors) for name, tensors in found.items()}


_INLET, _OUTLET = -1, -2
"""Places of what enters and leaves a block, as long as nobody knows how many of them there are."""


def _walk(
    block: Block, around: list[tuple[str, int]], places: dict[int, list[tuple[str, int]]], sizes: dict[str, int]
) -> None:
    """Note where every layer lies: in each block around it, outermost first, in which of its children."""
    sizes[block.name] = len(block.children)
    for place, child in enumerate(block.children):
        path = [*around, (block.name, place)]
        if isinstance(child, Block):
            _walk(child, path, places, sizes)
        else:
            places[child] = path


def _cut(
    read: int,
    source: Sequence[tuple[str, int]],
    target: Sequence[tuple[str, int]],
    found: dict[str, dict[int, tuple[int, dict[int, None]]]],
) -> None:
    """Note one edge in every block that it passes: it leaves some, runs through one, and enters others."""
    shared = 0
    while source[shared] == target[shared]:
        shared += 1
    name, place = source[shared]
    found[name].setdefault(read, (place, {}))[1][target[shared][1]] = None
    for name, place in source[shared + 1 :]:
        found[name].setdefault(read, (place, {}))[1][_OUTLET] = None
    for name, place in target[shared + 1 :]:
        found[name].setdefault(read, (_INLET, {}))[1][place] = None


def _level(children: int, tensors: dict[int, tuple[int, dict[int, None]]]) -> Level:
    inlets = [number for number, (source, _) in tensors.items() if source == _INLET]
    outlets = [number for number, (_, targets) in tensors.items() if _OUTLET in targets]
    entries = {number: children + place for place, number in enumerate(inlets)}
    exits = {number: children + len(inlets) + place for place, number in enumerate(outlets)}
    placed = {
        number: (
            entries[number] if source == _INLET else source,
            tuple([exits[number] if target == _OUTLET else target for target in targets]),
        )
        for number, (source, targets) in tensors.items()
    }
    return Level(children, tuple(inlets), tuple(outlets), placed)
