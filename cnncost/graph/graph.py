"""The typed layer graph: frozen, in topological order, every node with its shapes, its containers and its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.display import displayed
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.layer import Layer
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.errors import Origin
    from cnncost.layers.base.tensor import Tensor
    from cnncost.layers.base.window import Reach


class Input(Layer):
    """Where a sample enters; no layer of the language, and it costs nothing."""

    keyword = "input"

    def __reduce__(self) -> str:
        return "INPUT"  # copies and pickles are the one instance, which is compared by identity

    def output(self) -> Tensor:
        raise NotImplementedError("an input's shape is given, not computed")

    def parameters(self) -> int:
        return 0

    def operations(self, y: Tensor) -> Operations:
        return Operations()

    def reach(self, y: Tensor) -> tuple[Reach, ...]:
        return ()


INPUT = Input()


class Container(NamedTuple):
    """What a node lies in: a block, one turn of a loop, a branch."""

    name: str
    """As it appears in the node's name: ``stage[0]``."""
    kind: str
    """What it is: the block's name, ``for``, or the join it is a branch of."""


class Node(NamedTuple):
    """One layer at one place of the network."""

    id: int
    """Its index in the graph's topological order."""
    name: str
    """Unique and hierarchical: ``stage[0].bottleneck[1].residual.conv_bn.conv``."""
    layer: Layer
    """The layer with its fields."""
    inputs: tuple[int, ...]
    """Indices of the nodes it reads, all smaller than its own."""
    xs: tuple[Tensor, ...]
    """The shapes of one sample of each input."""
    y: Tensor
    """The shape of one sample of the output."""
    containers: tuple[Container, ...] = ()
    """What it lies in, outermost first."""
    weights: int = -1
    """Index of the node whose weights it uses: its own unless they are shared."""
    trainable: bool = True
    """Whether its weights are trained; they may be frozen."""
    auxiliary: bool = False
    """Whether it runs in training only, on the way to an auxiliary output alone."""
    origin: Origin | None = None
    """Where it comes from: the step in the spec, as a rule."""

    def __repr__(self) -> str:
        read = ", ".join(map(_shape, self.xs))
        return f"<Node {self.id} {self.name!r}: {self.layer!r}{f' of {read}' if read else ''}, output {_shape(self.y)}>"

    @property
    def type(self) -> str:
        """The layer's name in the language."""
        return self.layer.keyword

    @property
    def module_name(self) -> str:
        """The name as a path of PyTorch modules: ``stage.0.bottleneck.1.residual.conv_bn.conv``."""
        return self.name.replace("[", ".").replace("]", "")

    @property
    def owns_weights(self) -> bool:
        """False where the weights are another node's, and so counted there."""
        return self.weights == self.id

    @property
    def reads(self) -> tuple[bool, ...]:
        """Whether it reads the numbers of each input; the last may be there for its shape only."""
        follows = self.layer.follows_shape
        return tuple([not (follows and place == len(self.xs)) for place in range(1, len(self.xs) + 1)])

    # The formulas of the layer at the shapes of this node, for one sample.

    def parameters(self) -> int:
        """Trainable and frozen elements, whoever owns them."""
        return self.layer.parameters(*self.xs)

    def buffers(self) -> Buffers:
        """Elements that are stored and not trained, whoever owns them."""
        return self.layer.buffers(*self.xs)

    def operations(self, training: bool = False) -> Operations:
        """Operations of one sample's forward pass."""
        formula = self.layer.training_operations if training else self.layer.operations
        return formula(*self.xs, y=self.y)

    def batch_operations(self, batch: int, training: bool) -> Operations:
        """Operations of the whole batch's forward pass: those of every sample, and those on the weights alone."""
        on_weights = self.layer.weight_operations(*self.xs, training=training)
        return self.operations(training).times(batch).plus(on_weights)

    def reach(self) -> tuple[Reach, ...]:
        """What one output unit reads of each input."""
        return self.layer.reach(*self.xs, y=self.y)

    def counterpart(self, nn: Any) -> Any:
        """The PyTorch module of this node; `nn` is ``torch.nn``."""
        return self.layer.counterpart(nn, *self.xs)


class Expectation(NamedTuple):
    """What an independent source says of a network; ``None`` where it says nothing."""

    params: int | None = None
    """Parameters, exact to the unit."""
    macs: int | None = None
    """Multiply-accumulates of one sample, exact to the unit."""
    source: str | None = None
    """Who counted, and how."""


class LimitText(NamedTuple):
    """One line of a budget: nothing is known here of figures and of amounts."""

    name: str
    """What is limited, or set."""
    amount: int | str
    """As it is written: ``5M``, ``2GiB``, ``600000000``."""
    origin: Origin
    """Where it stands."""


class BudgetText(NamedTuple):
    """What a network may cost."""

    limits: tuple[LimitText, ...]
    """Figures, and what they may be at most."""
    at: tuple[LimitText, ...] = ()
    """The settings of the analysis that they are for, such as the batch, where they are not the usual ones."""


class Published(NamedTuple):
    """What a source prints of a network; ``None`` where it prints nothing."""

    source: str
    """Who printed it, and where."""
    params: str | None = None
    """Parameters, with the digits that are printed: ``25.6M``."""
    flops: str | None = None
    """What the source calls FLOPs, with the digits that are printed."""
    accuracy: float | None = None
    """Percent."""
    metric: str = "ImageNet top-1"
    """What the accuracy is of."""
    note: str | None = None
    """Why a figure is not the exact one."""


@displayed
class Graph(NamedTuple):
    """A network: its nodes in topological order, inputs among them."""

    name: str
    """The network's name."""
    nodes: tuple[Node, ...]
    """Inputs and layers; a node stands behind everything that it reads."""
    inputs: tuple[int, ...]
    """Indices of the nodes that are inputs."""
    outputs: tuple[int, ...]
    """Indices of the nodes that are outputs."""
    auxiliary: tuple[int, ...] = ()
    """Indices of the nodes that are outputs in training only."""
    source: str | None = None
    """Where the network was published."""
    warnings: tuple[str, ...] = ()
    """What is odd about the spec, a sentence each."""
    expect: Expectation | None = None
    """Figures that an independent source gives for this network."""
    budget: BudgetText | None = None
    """What it may cost, as its spec says it."""
    published: tuple[Published, ...] = ()
    """Figures as sources print them."""
    variables: tuple[tuple[str, str], ...] = ()
    """What was set from outside, by variable, as it was written."""
    year: int | None = None
    """When it was published."""

    def __repr__(self) -> str:
        inputs, outputs = ([_shape(self.nodes[place].y) for place in places] for places in (self.inputs, self.outputs))
        return f"<Graph {self.name!r}: {len(self.layers)} layers, {', '.join(inputs)} to {', '.join(outputs)}>"

    @property
    def layers(self) -> tuple[Node, ...]:
        """The nodes that are layers of the spec, without the inputs."""
        return tuple(node for node in self.nodes if node.layer is not INPUT)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the layers with their fields, what they read, and the shapes of one sample.

        >>> from cnncost import load
        >>> load("lenet5").to_dict()["layers"][0]["fields"]["kernel"]
        [5, 5]
        """
        names = [node.name for node in self.nodes]
        return {
            "name": self.name,
            "source": self.source,
            "variables": dict(self.variables),
            "inputs": {names[number]: list(self.nodes[number].y.dims) for number in self.inputs},
            "outputs": [names[number] for number in self.outputs],
            "auxiliary": [names[number] for number in self.auxiliary],
            "layers": [
                {
                    "name": node.name,
                    "type": node.type,
                    "fields": {name: _plain(value) for name, value in node.layer.arguments.items()},
                    "inputs": [names[read] for read in node.inputs],
                    "output_shape": list(node.y.dims),
                    "weights": names[node.weights],
                    "trainable": node.trainable,
                }
                for node in self.layers
            ],
        }

    def to_pandas(self) -> Any:
        """A data frame of pandas', a row for each layer by its name: its type and fields, what it reads, its output.

        Raises:
            SpecError: pandas is not installed.
        """
        from cnncost.frames import data_frame

        plain = self.to_dict()
        layers = plain.pop("layers")
        names = ("type", "fields", "inputs", "output_shape", "weights", "trainable")
        columns = {name: [layer[name] for layer in layers] for name in names}
        return data_frame(columns, index=[layer["name"] for layer in layers], index_name="layer", attrs=plain)


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.dims))


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
