"""Which units of a network respond to which row of pixels.

The one-channel network is linear, with nothing that cancels: its response to one row of ones is the derivative of
every unit with respect to that row, in forward mode, and all units of all layers are seen at once. After each layer a
response becomes one or zero, so that none vanishes on a long way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.graph.liveness import liveness
from cnncost.layers.base.one_channel import Line
from cnncost.layers.base.window import windows_of
from cnncost.metrics.receptive_field.digits import movers
from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple
from cnncost.verification.receptive_field.orders import Orders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.layers.base.layer import Layer
    from cnncost.metrics.receptive_field.unit_fields import UnitFields

# Below it is rounding: the least weight of an interpolation that is not zero is above.
_DARK = 1e-4

_MOST_NUMBERS = 2**22
"""Numbers in one tensor: rows of pixels are lit in turns that fit."""

_LONGEST_AXIS = 2**14
"""Pixels that are lit one by one; on a longer axis it would take too long."""

_MOST_READS = {"cpu": 2**33, "cuda": 2**38}
"""Elements that all units of all nodes read, once for every row that is lit, or that modules of a spec's own compute:
a minute or two."""


class Response(NamedTuple):
    """The pixels of one axis that the units of a node respond to."""

    first: list[int]
    """The first of them, by unit."""
    last: list[int]
    """The last of them, by unit; before the first where it responds to none."""


class Responses(NamedTuple):
    """What the units of every node respond to along one axis, by the number of the node."""

    local: dict[int, Response]
    """Along the paths that do not read the whole input."""
    all_paths: dict[int, Response]
    """Of nodes where some path reads the whole input."""
    unclaimed: dict[int, Response]
    """Of nodes that are said to read nothing of the input."""
    gaps: dict[int, str]
    """Why a node was not measured."""


class Claims(NamedTuple):
    """What is said of the nodes of a network, for one input."""

    fields: Sequence[UnitFields | None]
    """What the channels of each see together, which says where the paths that read everything are cut."""
    unseen: Mapping[int, str]
    """Why nodes cannot be seen, by their number; nor can what reads them."""


def measure_responses(graph: Graph, claims: Claims, source: int, axis: int, device: str) -> Responses:
    """What the units of every node see of one axis of the input at index `source`.

    Args:
        graph: the network.
        claims: what is said of its nodes.
        source: the input's node.
        axis: its spatial axis.
        device: ``cpu``, or a GPU.
    """
    torch = import_torch()
    pixels = graph.nodes[source].y.spatial[axis]
    if reason := _too_much(graph, source, axis, device):
        return Responses({}, {}, {}, {node.id: reason for node in graph.nodes})
    probe = _Probe(graph, claims, source, axis, device)
    found = Responses({}, {}, {}, probe.gaps)
    turn = max(1, _MOST_NUMBERS // probe.longest)
    with torch.no_grad():
        for start in range(0, pixels, turn):
            probe.light(range(start, min(start + turn, pixels)), found)
    return found


def _too_much(graph: Graph, source: int, axis: int, device: str) -> str:
    """Why an axis is not looked at; empty where it is."""
    x = graph.nodes[source].y
    if x.spatial[axis] > _LONGEST_AXIS:
        return f"not measured on axes of more than {_LONGEST_AXIS} pixels"
    line, reads = Line(axis, len(x.spatial)), 0
    for node in graph.layers:
        windows = [each for reach in node.reach() if (each := windows_of(reach)) and len(each) == line.axes]
        reads += line.thin(node.y).positions * max([1 + (w[axis].size - 1) // w[axis].gap for w in windows], default=1)
    return "not measured: it would take too long" if reads * x.spatial[axis] > _most(device) else ""


def _most(device: str) -> int:
    return _MOST_READS[device.partition(":")[0]]


class _Probe:
    """The one-channel network for one axis of one input."""

    def __init__(self, graph: Graph, claims: Claims, source: int, axis: int, device: str) -> None:
        self.graph, self.fields, self.source, self.device = graph, claims.fields, source, device
        from cnncost.verification.receptive_field.effort import counted  # it needs torch, and who has none is told so

        self.line = Line(axis, len(graph.nodes[source].y.spatial), _most(device), counted)
        self.pixels = graph.nodes[source].y.spatial[axis]
        self.longest = max([self.line.thin(node.y).positions for node in graph.nodes])
        self.gaps: dict[int, str] = dict(claims.unseen)
        self.orders = Orders(self.line)
        self.layers: dict[int, Callable[..., Any]] = {}
        own: dict[Layer, Callable[..., Any]] = {}  # of the same shapes and arguments, all respond as one does
        torch, reached = import_torch(), {source}
        with torch.device(device):
            for node in graph.layers:
                if reached.isdisjoint(node.inputs):
                    continue  # it stays dark, whatever it does
                reached.add(node.id)
                if node.layer in own:
                    self.layers[node.id] = own[node.layer]
                    continue
                try:
                    self.layers[node.id] = node.layer.one_channel(torch.nn, self.line, *node.xs, y=node.y)
                except LayerError as reason:
                    self.gaps[node.id] = reason.message
                    continue
                if node.layer.is_own:
                    own[node.layer] = self.layers[node.id]

    def light(self, rows: range, found: Responses) -> None:
        """Light each of the rows of pixels on its own, and add what sees them to `found`."""
        local: dict[int, Any] = {self.source: self._rows(rows)}
        every: dict[int, Any] = {}
        alive = liveness(self.graph, training=True)
        self._record(self.graph.nodes[self.source], local, rows, found.local)
        for node in alive.order:
            field = self.fields[node.id]
            if field is None:
                unclaimed: dict[int, Any] = {}
                self._run(node, local | every, unclaimed)
                self._record(node, unclaimed, rows, found.unclaimed)
            if field is not None and field.dimensions is not None:
                self._run(node, local, local)
                self._record(node, local, rows, found.local)
            if field is not None and field.is_global:
                self._run(node, local | every, every)
                self._record(node, every, rows, found.all_paths)
            for value in alive.released.get(node.id, ()):
                local.pop(value, None)
                every.pop(value, None)

    def _rows(self, rows: range) -> Any:
        """A batch of one-channel inputs, each with one row of ones."""
        torch = import_torch()
        batch = torch.eye(self.pixels, device=self.device)[rows.start : rows.stop]
        return batch.reshape(len(rows), *self.line.thin(self.graph.nodes[self.source].y).dims)

    def _run(self, node: Node, read: dict[int, Any], written: dict[int, Any]) -> None:
        """Run a node on what it reads; what it cannot be given, it does without."""
        blocked = [self.gaps[i] for i in (node.id, *node.inputs) if i in self.gaps]
        if blocked:
            self.gaps[node.id] = blocked[0]
            return
        if all(i not in read for i in node.inputs):
            return
        layer, field = self.layers[node.id], self.fields[node.id]
        if read is not written or field is None or not field.is_global:  # who claims no such path must have none
            layer = node.layer.through_statistics() or layer
        try:
            y = layer(*[read.get(i) for i in node.inputs])
        except LayerError as refused:
            self.gaps[node.id] = refused.message
            return
        except Exception as error:  # one channel has other shapes than the layer was checked for
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            self.gaps[node.id] = f"one channel cannot stand for it: {reason}"
            return
        shown = self.orders.follow(node, [read.get(i) for i in node.inputs], y)
        if not shown:
            self.gaps[node.id] = "its units lie where one channel cannot show them"
            return
        written[node.id] = y if y is read.get(node.inputs[0]) else (y.abs() > _DARK).to(y.dtype)

    def _record(self, node: Node, values: dict[int, Any], rows: range, found: dict[int, Response]) -> None:
        """Add to `found` which units of a node light up for which rows."""
        if node.id not in values:
            return
        if node.inputs and values[node.id] is values.get(node.inputs[0]):  # the very tensor that it read
            found[node.id] = found[node.inputs[0]]
            return
        torch = import_torch()
        lit = values[node.id].flatten(1) > 0
        field = self.fields[node.id]
        alone = field is not None and field.placed and not movers(field.dimensions or ())
        if alone and len(node.y.spatial) != self.line.axes:
            lit = lit.any(1, keepdim=True)  # whatever its shape is, it sees what one unit sees
        row = torch.tensor(rows, device=lit.device)[:, None]
        first = torch.where(lit, row, self.pixels).amin(0).tolist()
        last = torch.where(lit, row, -1).amax(0).tolist()
        before = found.get(node.id)
        if before is not None:
            first, last = list(map(min, first, before.first)), list(map(max, last, before.last))
        found[node.id] = Response(first, last)
