"""A graph, node by node: as each is added its shape is inferred, its layer checked, and names and limits are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError, SpecError
from cnncost.graph import weights
from cnncost.graph.graph import INPUT, Graph, Node
from cnncost.graph.indices import refuse_computed
from cnncost.graph.inference import infer_output, refuse_too_large, wrong_layout
from cnncost.graph.leaving_out import leave_out
from cnncost.graph.overwriting import refuse_lost_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnncost.errors import Origin
    from cnncost.graph.graph import Container
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

MOST_NODES = 20_000
"""Layers that a graph may have, unless its builder is given another limit."""

LIMIT_HINT = "`--max-nodes` raises the limit"

_UNREAD_HINT = "remove it, or name it under `outputs`"

_NO_ORIGINS: Mapping[str, Origin] = {}


class GraphBuilder:
    """The nodes so far, in topological order, since a layer can only read what is there.

    Every method that adds something returns the index of its node. Whatever is refused is refused with a
    :class:`~cnncost.errors.SpecError` that shows the origin it was added with.

    Args:
        name: the network's name.
        limit: how many layers it may have.

    >>> from cnncost.layers import REGISTRY, Tensor
    >>> builder = GraphBuilder("residual")
    >>> x = builder.add_input("image", Tensor(64, (56, 56)))
    >>> conv = builder.make(REGISTRY["conv"], {"out": 64, "kernel": 3, "padding": 1}, rank=2)
    >>> y = builder.add(conv, [x])
    >>> graph = builder.finish([builder.add(REGISTRY["add"](), [x, y])])
    >>> [(node.name, str(node.y)) for node in graph.nodes]
    [('image', '[64, 56, 56]'), ('conv', '[64, 56, 56]'), ('add', '[64, 56, 56]')]
    """

    def __init__(self, name: str, limit: int = MOST_NODES) -> None:
        self.name = name
        self.limit = limit
        self.nodes: list[Node] = []
        self.inputs: list[int] = []
        self._optional: set[int] = set()
        self._inner: list[tuple[range, Origin | None, str]] = []
        self._parts: list[tuple[range, Origin | None, str]] = []
        self._names: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._layers: dict[Any, Layer] = {}
        self._fitted: dict[Any, tuple[Layer, Layer, Tensor]] = {}

    @property
    def size(self) -> int:
        """How many nodes there are; the index of the next one."""
        return len(self.nodes)

    def add_input(self, name: str, tensor: Tensor, origin: Origin | None = None) -> int:
        """Add an input of the network.

        Args:
            name: unlike that of any other node.
            tensor: the shape of one sample.
            origin: what errors about it show.

        Raises:
            SpecError: the name is taken, or there are more elements than anything has.
        """
        refuse_too_large(name, tensor, origin)
        self._take(name, origin)
        number = len(self.nodes)
        self.nodes.append(Node(number, name, INPUT, (), (), tensor, (), number, origin=origin))
        self.inputs.append(number)
        return number

    def rank(self, kind: type[Layer], inputs: Sequence[int], origin: Origin | None = None) -> int:
        """Axes that the fields of a layer type have a number for when it reads the nodes `inputs`: 2 for an image.

        Raises:
            SpecError: what it reads first is of a layout that it does not take.
        """
        if kind.is_source:
            return 0
        x = self.nodes[inputs[0]].y
        if x.layout not in kind.accepts:
            raise wrong_layout(kind, x).at(origin, _NO_ORIGINS)
        return len(x.spatial) if x.layout == "map" else 0

    def make(
        self,
        kind: type[Layer],
        arguments: Mapping[str, Any],
        rank: int,
        *,
        origin: Origin | None = None,
        field_origins: Mapping[str, Origin] = _NO_ORIGINS,
    ) -> Layer:
        """The layer with these arguments; what is asked for twice is made once, and its outputs are inferred once.

        Args:
            kind: the layer type.
            arguments: its fields, as a spec gives them.
            rank: from :meth:`rank`.
            origin: what errors about it show.
            field_origins: what errors about one of its fields show, where that is known.

        Raises:
            SpecError: an argument that the layer type does not take, or one that is missing.
        """
        key = (kind, rank, *arguments, *map(_hashable, arguments.values()))
        layer = self._layers.get(key)
        if layer is None:
            try:
                layer = self._layers[key] = kind.make(arguments, rank)
            except LayerError as error:
                raise error.at(origin, field_origins) from None
        return layer

    def add(
        self,
        layer: Layer,
        inputs: Sequence[int],
        name: str | None = None,
        *,
        containers: tuple[Container, ...] = (),
        share: int | None = None,
        trainable: bool = True,
        origin: Origin | None = None,
        field_origins: Mapping[str, Origin] = _NO_ORIGINS,
    ) -> int:
        """Add a layer that reads the nodes `inputs`.

        Args:
            layer: from :meth:`make`, or made otherwise.
            inputs: indices of what it reads, in its order.
            name: unlike that of any other node, with the names of its containers in front; without one it is called
                by its type, and numbered.
            containers: what it lies in, outermost first.
            share: the node whose weights it uses.
            trainable: whether its weights are trained; shared ones are where their owner's are.
            origin: what errors about it show.
            field_origins: what errors about one of its fields show, where that is known.

        Raises:
            SpecError: inputs that do not fit the layer or its weights, a name that is taken, or a layer too many.
        """
        reads = tuple(inputs)
        xs = tuple([self.nodes[read].y for read in reads])
        try:
            layer, y = self._infer(layer, xs)
            if layer.reads_indices:
                refuse_computed(self.nodes, reads[0], layer)
        except LayerError as error:
            error.hint = self._sources(error, layer, reads)
            raise error.at(origin, field_origins) from None
        number = len(self.nodes)
        if number - len(self.inputs) >= self.limit:
            raise SpecError(f"more than {self.limit:,} layers", origin, hint=LIMIT_HINT)
        if name is None:
            name = self._numbered("".join([f"{container.name}." for container in containers]) + layer.keyword)
        self._take(name, origin)
        self.nodes.append(Node(number, name, layer, reads, xs, y, containers, number, trainable, False, origin))
        if share is not None:
            self.share(range(share, share + 1), range(number, number + 1), self.nodes[share].name, origin)
        return number

    def freeze(self, made: range) -> None:
        """Stop the training of the weights of the nodes `made`, except those that are shared from elsewhere."""
        weights.freeze(self.nodes, made)

    def share(self, owners: range, made: range, name: str, origin: Origin | None = None) -> None:
        """Let the nodes `made` use the weights of the nodes `owners`, one by one; `name` is what errors call those.

        Raises:
            SpecError: the two are not the same layers with the same numbers of parameters, nor is the one a `parameter`
                of the sizes of the other's weights.
        """
        weights.share(self.nodes, owners, made, name, origin)

    def make_optional(self, made: Iterable[int]) -> None:
        """Leave the nodes `made` out at the end where nothing reads them, instead of refusing them."""
        self._optional.update(made)

    def make_part(self, made: range, name: str, origin: Origin | None) -> None:
        """Leave out what nothing reads of the nodes `made`, unless that is all of them, which errors call `name`."""
        self._optional.update(made)
        self._parts.append((made, origin, name))

    def advise(self, made: range, origin: Origin | None, hint: str) -> None:
        """Say what to do, and where, about one of the nodes `made` that nothing reads."""
        self._inner.append((made, origin, hint))

    def finish(
        self,
        outputs: Sequence[int],
        auxiliary: Sequence[int] = (),
        *,
        source: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> Graph:
        """The graph, with the nodes marked that only auxiliary outputs need.

        Args:
            outputs: indices of what the network gives.
            auxiliary: indices of what it gives in training besides.
            source: where it was published.
            warnings: what is odd about it, a sentence each.

        Raises:
            SpecError: a node that nothing reads and that is not an output, or one that overwrites what others read.
        """
        main, needed = self._ancestors(outputs), self._ancestors([*outputs, *auxiliary])
        for node in self.nodes:
            if not needed[node.id] and node.id not in self._optional:
                self._refuse_unread(node)
        for made, origin, name in self._parts:
            if made and not any(needed[made.start : made.stop]):
                raise SpecError(f"nothing reads the step `{name}`, nor what is inside", origin, hint=_UNREAD_HINT)
        nodes = [node if main[node.id] or node.layer is INPUT else node._replace(auxiliary=True) for node in self.nodes]
        nodes, numbers = leave_out(nodes, needed)
        first, last, also = [tuple([numbers[old] for old in ends]) for ends in (self.inputs, outputs, auxiliary)]
        refuse_lost_values(nodes, (*last, *also))
        return Graph(self.name, tuple(nodes), first, last, also, source, warnings)

    def _infer(self, layer: Layer, xs: tuple[Tensor, ...]) -> tuple[Layer, Tensor]:
        """The layer fitted to its inputs and the shape of its output, inferred once for a layer and the same inputs."""
        key = (id(layer), xs)
        known = self._fitted.get(key)
        if known is None:
            fitted = layer.fitted(*xs)
            known = self._fitted[key] = layer, fitted, infer_output(fitted, xs)
        return known[1:]

    def _sources(self, error: LayerError, layer: Layer, reads: tuple[int, ...]) -> str | None:
        """The hint of a layer's refusal; for a join, with what comes from where."""
        if not layer.joins or len(reads) == 1:
            return error.hint
        came = [f"{self.nodes[read].y} comes from `{self.nodes[read].name}`" for read in reads]
        return "; ".join([*came, error.hint] if error.hint else came)

    def _take(self, name: str, origin: Origin | None) -> None:
        """Raise a SpecError for a name that is taken, and take it otherwise."""
        if name in self._names:
            raise SpecError(f"the name `{name}` is taken", origin, hint="every node of a graph has a name of its own")
        self._names.add(name)

    def _numbered(self, kind: str) -> str:
        """A name for a node without one: its kind, numbered from the second on."""
        number = self._numbers.get(kind, 0) + 1
        while (name := kind if number == 1 else f"{kind}_{number}") in self._names:
            number += 1
        self._numbers[kind] = number
        return name

    def _ancestors(self, ends: Sequence[int]) -> list[bool]:
        """For every node, whether it is one of `ends` or something that they need."""
        needed = [False] * self.size
        for end in ends:
            needed[end] = True
        for node in reversed(self.nodes):
            if needed[node.id]:
                for read in node.inputs:
                    needed[read] = True
        return needed

    def _refuse_unread(self, unneeded: Node) -> None:
        """Point at the end of a path that leads nowhere, which is where something is missing."""
        end = unneeded
        for node in self.nodes[unneeded.id + 1 :]:
            if end.id in node.inputs:
                end = node
        what = "the input" if end.layer is INPUT else "the step"
        advice = [(origin, hint) for made, origin, hint in self._inner if end.id in made]
        origin, hint = advice[-1] if advice else (end.origin, _UNREAD_HINT)
        raise SpecError(f"nothing reads {what} `{end.name}`", origin, hint=hint)


def _hashable(value: Any) -> Any:
    # The type goes into the key: True, 1 and 1.0 are equal to Python and not to a layer.
    return tuple(map(_hashable, value)) if isinstance(value, (list, tuple)) else (type(value), value)
