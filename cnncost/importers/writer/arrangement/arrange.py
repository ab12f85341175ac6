"""From the tree of names to steps: what is a block, a sequence, a join with its branches, a split."""

from __future__ import annotations

from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from cnncost.graph.indices import pool_of
from cnncost.graph.names import joined
from cnncost.graph.weights import has_weights
from cnncost.importers.writer.arrangement.references import UnwritableError
from cnncost.importers.writer.layout.arguments import arguments_of
from cnncost.importers.writer.recognition.counted_names import runs_by_name
from cnncost.importers.writer.steps import Step
from cnncost.layers.base.choices import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.importers.writer.arrangement.outline import Item

_FEWEST_DENSE = 3
"""Containers of which each reads all before it that are better said by a loop."""
_NO_BLOCKS = frozenset({"", "for", "sequence", "branch", "residual", "shortcut"})
"""Kinds of containers that are no blocks."""


def _is_dense(run: Sequence[Step]) -> bool:
    """Whether each container reads what the first reads, and what all those before it put out."""
    flow = run[0].flow
    for step in run:
        if step.callee != "sequence" or step.flow != flow:
            return False
        flow = (*flow, *step.ends)
    return True


class Arrangement:
    """Makes the steps of a graph.

    Args:
        graph: the graph.
        blocks: whether containers become blocks, or sequences all of them.
    """

    def __init__(self, graph: Graph, *, blocks: bool) -> None:
        self.graph = graph
        self.blocks = blocks
        self.readers: dict[int, list[int]] = {}
        for node in graph.layers:
            for read in node.inputs:
                self.readers.setdefault(read, []).append(node.id)

    def steps(self, items: Sequence[Item]) -> list[Step]:
        """The steps of what lies in one container."""
        steps: list[Step] = []
        for item in items:
            steps += self._of_item(item)
        for run in runs_by_name(steps):
            if len(run) >= _FEWEST_DENSE and _is_dense(run):
                for step in run:
                    step.is_block = False
        return steps

    def _of_item(self, item: Item) -> list[Step]:
        if item.items is None:
            assert item.node is not None
            return [self._layer(item.node, item.label)]
        if item.node is not None:
            join = self._residual(item, item.node) or self._join(item, item.node)
            return [join] if join else self._apart(item, item.node)
        pieces = self._split(item)
        return [pieces] if pieces else [self._container(item)]

    def _layer(self, node: Node, label: str) -> Step:
        arguments = arguments_of(node)
        followed = [name for name, field in node.layer.fields.items() if isinstance(field, Reference)]
        reads = node.inputs
        for name in followed:
            if not arguments.pop(name):
                continue
            arguments[name] = reads[-1]
            reads = reads[:-1]
            if node.layer.reads_maxima:  # what was read says where the maxima lie, and the language names the pool
                pool = pool_of(self.graph.nodes, node)
                if pool is None:
                    raise UnwritableError(f"`{node.name}` puts back the maxima of a pool that is not there")
                arguments = {name: pool}
        step = Step(node.type, label, arguments, made=range(node.id, node.id + 1), flow=reads, ends=(node.id,))
        return self._measured(step)

    def _measured(self, step: Step) -> Step:
        """The step with the channels of what it reads and gives."""
        nodes = self.graph.nodes
        step.channels = nodes[step.flow[0]].y.channels if len(step.flow) == 1 else 0
        step.channels_out = nodes[step.ends[-1]].y.channels
        return step

    def _container(self, item: Item) -> Step:
        """A block, or a sequence in place."""
        assert item.items is not None
        made = range(item.nodes[0].id, item.nodes[-1].id + 1)
        body = self.steps(item.items)
        is_numbered = any(inner.label.startswith("[") for inner in item.items)
        is_block = self.blocks and item.kind not in _NO_BLOCKS and self._sees_its_input_alone(made)
        flow = self._outside(made)
        if len(flow) != 1:
            flow = self.graph.nodes[made[0]].inputs
        if is_block and is_numbered:
            inner = Step("sequence", "", body=body, made=made, flow=flow, ends=body[-1].ends)
            body = [self._measured(inner)]
        step = Step("sequence", item.label, body=body, made=made, flow=flow, ends=body[-1].ends, kind=item.kind)
        step.is_block, step.name = is_block, item.name
        return self._measured(step)

    def _outside(self, made: range) -> tuple[int, ...]:
        """What the nodes `made` read of others, in order."""
        read = [read for number in made for read in self.graph.nodes[number].inputs if read not in made]
        return tuple(dict.fromkeys(read))

    def _sees_its_input_alone(self, made: range) -> bool:
        """Whether all that the nodes `made` read of others is one output, or is read by the first of them alone."""
        nodes = self.graph.nodes
        outside = self._outside(made)
        if len(outside) > 1 and any(read not in made for number in made[1:] for read in nodes[number].inputs):
            return False
        lent = [number for number in made if nodes[number].weights not in made]
        return not lent or lent == [number for number in made if has_weights(nodes[number])]

    def _is_read_outside(self, made: range, ends: Sequence[int]) -> bool:
        """Whether anything but a join reads inside of its branches, except their ends."""
        end = made[-1]
        outputs = {*self.graph.outputs, *self.graph.auxiliary}
        for number in made[:-1]:
            others = [reader for reader in self.readers.get(number, []) if reader not in made]
            is_end_read_twice = number not in ends and end in self.readers.get(number, [])
            if others or number in outputs or is_end_read_twice:
                return True
        return False

    def _split(self, item: Item) -> Step | None:
        """A `split` or a `chunk`, whose pieces are slices side by side; ``None`` where it is none."""
        assert item.items is not None
        nodes = [inner.node for inner in item.items if inner.node is not None and inner.items is None]
        numbers = [inner.label for inner in item.items]
        is_whole = len(nodes) == len(item.items) and numbers == [f"[{number}]" for number in range(len(nodes))]
        if not is_whole or len({node.inputs for node in nodes}) != 1 or {node.type for node in nodes} != {"slice"}:
            return None
        values: list[tuple[int, int]] = [
            (arguments["start"], arguments["stop"]) for arguments in map(arguments_of, nodes)
        ]
        channels = nodes[0].xs[0].channels
        if values[0][0] != 0 or values[-1][1] != channels or any(one[1] != two[0] for one, two in pairwise(values)):
            return None
        sizes = [stop - start for start, stop in values]
        is_even = len(set(sizes)) == 1 and len(sizes) > 1
        arguments: dict[str, Any] = {"n": len(sizes)} if is_even else {"sizes": sizes}
        ends = tuple(node.id for node in nodes)
        made = range(ends[0], ends[-1] + 1)
        step = Step("chunk" if is_even else "split", item.label, arguments, made=made, flow=nodes[0].inputs, ends=ends)
        return self._measured(step)

    def _residual(self, item: Item, node: Node) -> Step | None:
        """A `residual`: steps, and the identity or a shortcut that is added; ``None`` where it is none."""
        assert item.items is not None
        inner = [other for other in item.items if other.label != "shortcut" or other.items is None]
        beside = [other for other in item.items if other.label == "shortcut" and other.items is not None]
        if node.type != "add" or len(node.inputs) != 2 or item.kind != "residual" or not inner:
            return None
        if beside and item.items[-1] is not beside[0]:
            return None
        body = self._numbered(inner)
        read = node.inputs[1]
        step = Step("residual", item.label, body=body, ends=(node.id,))
        if beside:
            assert beside[0].items is not None
            step.branches = [self._numbered(beside[0].items)]
            if step.branches[0][-1].ends != (read,):
                return None
        return self._branched(step, item, node, [body, *(step.branches or [])])

    def _join(self, item: Item, node: Node) -> Step | None:
        """A join with its branches, of which those without steps are the identity; ``None`` where it is none."""
        assert item.items is not None
        if not node.layer.joins:
            return None
        branches: list[list[Step]] = [[] for _ in node.inputs]
        for inner in item.items:
            number = inner.label[1:-1]
            if inner.items is None or inner.node is not None or not number.isdecimal() or int(number) >= len(branches):
                return None
            branches[int(number)] = self._numbered(inner.items)
        step = Step(node.type, item.label, arguments_of(node), branches=branches, ends=(node.id,))
        return self._branched(step, item, node, branches)

    def _numbered(self, items: Sequence[Item]) -> list[Step]:
        """The steps of a branch: a `sequence` without a name where they have numbers."""
        steps = self.steps(items)
        if not any(item.label.startswith("[") for item in items):
            return steps
        made = range(items[0].nodes[0].id, items[-1].nodes[-1].id + 1)
        inner = Step("sequence", "", body=steps, made=made, flow=self._outside(made), ends=steps[-1].ends)
        return [self._measured(inner)]

    def _branched(self, step: Step, item: Item, node: Node, branches: Sequence[list[Step]]) -> Step | None:
        """The step, where its branches end in what the node reads, and all of them read the same."""
        made = range(item.nodes[0].id, node.id + 1)
        bare = [read for read, branch in zip_longest(node.inputs, branches) if not branch]
        reads = (bare[0],) if bare else branches[0][0].flow
        ends = [branch[-1].ends if branch else reads for branch in branches]
        ends += [reads] * (len(node.inputs) - len(branches))
        if len(reads) != 1 or reads[0] in made or ends != [(read,) for read in node.inputs]:
            return None
        if self._is_read_outside(made, [end for (end,) in ends]):
            return None
        step.made, step.flow = made, reads
        return self._measured(step)

    def _apart(self, item: Item, node: Node) -> list[Step]:
        """A join that is none of the language's, after the steps that lie in its name."""
        assert item.items is not None
        for inner in item.items:
            inner.label = joined([item.label, inner.label])
        return [*self.steps(item.items), self._layer(node, item.label)]
