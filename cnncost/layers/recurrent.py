"""Recurrent layers: LSTM, GRU and the simple recurrent network, over the positions of a sequence one by one.

As in PyTorch, whose parametrisation has two biases: W x + b of what is read and of the state before, added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd import views
from cnncost.autograd.products import linear
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.activation import Relu, Sigmoid, Tanh
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.counterpart import module_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, everywhere
from cnncost.layers.base.specifiers import choice, count, flag
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Reach, Reads, Window

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

_SIGMOID, _TANH, _RELU = Sigmoid.per_element, Tanh.per_element, Relu.per_element


class Recurrent(Layer):
    """What recurrent layers share: cells, one for each layer and direction, that go along tokens or a map of one axis.

    A cell has a state of H numbers and G gates of H each, and writes R numbers a step: its state, or a projection.
    """

    family = "recurrent"
    accepts = ("tokens", "map")
    has_weight_matrices = True

    module: ClassVar[str]
    """Its name in PyTorch."""
    gates: ClassVar[int]
    """How many times H rows the weight matrices have."""

    hidden: int = count("numbers in the state of a cell", symbol="H")
    layers: int = count("layers, each of which reads what the one before it writes", symbol="N", default=1)
    bidirectional: bool = flag("whether every layer has a second cell, which goes backwards", default=False)
    bias: bool = flag("whether biases are added", default=True)

    def check(self, x: Tensor) -> None:
        if len(x.spatial) != 1:
            message = f"`{self.keyword}` goes along one axis, and its input {x} has {len(x.spatial)}"
            raise LayerError(message, hint="`patch_tokens` puts the positions of a map into a row")

    @property
    def directions(self) -> int:
        """Cells of a layer."""
        return 1 + self.bidirectional

    @property
    def written(self) -> int:
        """Numbers that a cell writes at every step, R, and reads at the next."""
        return self.hidden

    @property
    def projections(self) -> int:
        """Weights that make a cell's output of its state."""
        return 0

    def output(self, x: Tensor) -> Tensor:
        """The states of every step, those of both directions side by side."""
        return Tensor(self.directions * self.written, x.spatial, x.layout)

    def parameters(self, x: Tensor) -> int:
        """In each cell G H rows of weights, for what it reads and for what it wrote before, and two biases."""
        return self.weights(x) + self.biases(x)

    def weights(self, x: Tensor) -> int:
        """Elements of all weight matrices."""
        return self._first_layer(x) + self._inside()

    def biases(self, x: Tensor) -> int:
        """Two for every row of a cell's gates."""
        return self.bias * 2 * self._rows()

    def _rows(self) -> int:
        """Rows of the gates of all cells."""
        return self.layers * self.directions * self.gates * self.hidden

    def _first_layer(self, x: Tensor) -> int:
        """Weights that multiply the layer's input."""
        return self.directions * self.gates * self.hidden * x.channels

    def _inside(self) -> int:
        """Weights that multiply what cells write: at the step before, in the layer before, and projections."""
        between = (self.layers - 1) * self.directions * self.gates * self.hidden * self.directions * self.written
        return self._recurrences() + between + self.layers * self.directions * self.projections

    def _recurrences(self) -> int:
        """Weights that multiply what a cell wrote at the step before."""
        return self._rows() * self.written

    def cell_operations(self) -> Operations:
        """What a step takes for every number of the state, besides the matrix products and their biases."""
        raise NotImplementedError

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """At every step, a multiply-accumulate per weight and an addition per bias; the rest by the cell's equations.

        The state before the first step is zero and is multiplied all the same.
        """
        elementwise = self.cell_operations().times(x.positions * self.layers * self.directions * self.hidden)
        products = Operations(mac=self.weights(x) * x.positions, add=self.bias_additions(x, y))
        return products.plus(elementwise)

    def bias_additions(self, x: Tensor, y: Tensor) -> int:
        """One for every bias and step."""
        return self.biases(x) * x.positions

    def gradient_macs(self, x: Tensor, y: Tensor) -> GradientMacs:
        """As many as the forward pass for the weights, and again for what they multiply, backwards through time.

        The state before the first step is no result, and gets no gradient (Werbos 1990).
        """
        inside = self._inside() * x.positions - self._recurrences()
        return GradientMacs(
            weights=self.weights(x) * x.positions, inner=inside, inputs=self._first_layer(x) * x.positions
        )

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """The steps so far: a window as long as the sequence that ends at the step. In two directions, everything.

        A channel of the backward direction by itself reads the steps from there on; together they read all.
        """
        if self.bidirectional:
            return (Reads.WHOLE,)
        return ((Window(x.positions, 1, 1 - x.positions),),)

    def kept_numbers(self, steps: int) -> int:
        """Numbers of one sample that a cell keeps besides what it multiplies."""
        raise NotImplementedError

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """The cells as PyTorch writes them out; oneDNN and cuDNN have kernels that keep as much in a space of theirs.

        What is read is multiplied for all steps at once, and each step keeps what its equations need.
        """
        axes = (1, 0, 2) if y.layout == "tokens" else (2, 0, 1)
        sequence = views.permute(tape, x, axes)
        for layer in range(self.layers):
            cells = [
                self._record_cell(tape, sequence, f"l{layer}" + way) for way in ("", "_reverse")[: self.directions]
            ]
            sequence = views.cat(tape, cells, 2) if len(cells) > 1 else cells[0]
        return views.permute(tape, sequence, [axes.index(axis) for axis in range(3)])

    def _record_cell(self, tape: Tape, sequence: Value, name: str) -> Value:
        steps, batch, channels = tape.strides(sequence).sizes
        rows = self.gates * self.hidden
        sizes = {"weight_ih": rows * channels, "weight_hh": rows * self.written}
        sizes |= dict.fromkeys(["bias_ih", "bias_hh"], rows) if self.bias else {}
        of_input, of_state, *biases = [tape.parameter(size, f"{part}_{name}") for part, size in sizes.items()]
        gates = linear(tape, sequence, [of_input, *biases[:1]], rows)
        of_state, *bias = tape.lower_all(of_state, *biases[1:])
        kept = [tape.make(batch * size, gates.dtype) for size in (steps * self.written, self.kept_numbers(steps))]
        kept += [of_state] * (steps > 1)  # no gradient comes to the state before the first
        reads = [gates, of_state, *bias]
        if self.projections:
            projection = tape.parameter(self.projections, f"weight_hr_{name}")
            # It is turned at every step, and autocast remembers no copies of what is turned.
            kept.append(tape.make(steps * self.projections, gates.dtype) if tape.autocast else projection)
            reads.append(projection)
        lies = Strides.of((steps, batch, self.written))
        return tape.run(self.module, reads, batch * steps * self.written, keeps=kept, strides=lies)

    def options(self) -> dict[str, Any]:
        """What PyTorch's module takes besides."""
        return {}

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        recurrent = getattr(nn, self.module)(
            x.channels,
            self.hidden,
            self.layers,
            bias=self.bias,
            batch_first=True,
            bidirectional=self.bidirectional,
            **self.options(),
        )
        forward = _along_tokens if x.layout == "tokens" else _along_map
        return module_of(nn, forward, recurrent=recurrent)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Whatever was lit at a step stays lit from there on; in two directions, everywhere."""
        if self.bidirectional:
            return everywhere
        axis = 1 if x.layout == "tokens" else 2
        return lambda sequence: sequence.cummax(axis).values


def _along_tokens(module: Any, x: Any) -> Any:
    return module.recurrent(x)[0]


def _along_map(module: Any, x: Any) -> Any:
    return module.recurrent(x.transpose(1, 2))[0].transpose(1, 2)


class Lstm(Recurrent, keyword="lstm"):
    """Long short-term memory: input, forget and output gates around a cell, along tokens or a map of one axis.

    >>> lstm, x = Lstm(hidden=256, bidirectional=True), Tensor(512, (26,), "tokens")
    >>> lstm.output(x).dims, lstm.parameters(x), lstm.operations(x, lstm.output(x)).mac
    ((26, 512), 1576960, 40894464)
    """

    source = "Hochreiter & Schmidhuber 1997; Gers et al. 2000 (forget gates); Schuster & Paliwal 1997 (two directions)"
    module = "LSTM"
    gates = 4

    projection: int | None = count("numbers that a cell's output is projected to", symbol="R", default=None)

    def check(self, x: Tensor) -> None:
        super().check(x)
        if self.projection is not None and self.projection >= self.hidden:
            message = f"a projection to {self.projection} is no smaller than the state of {self.hidden}"
            raise LayerError(message, field="projection")

    @property
    def written(self) -> int:
        return self.hidden if self.projection is None else self.projection

    @property
    def projections(self) -> int:
        return 0 if self.projection is None else self.hidden * self.projection

    def cell_operations(self) -> Operations:
        """Four sums, three sigmoids and two hyperbolic tangents; c' = f c + i g and h = o tanh(c')."""
        return Operations(add=4 + 1, mul=2 + 1).plus(_SIGMOID.times(3)).plus(_TANH.times(2))

    def kept_numbers(self, steps: int) -> int:
        """Four gates, c of the step before, tanh(c'), and h where it is projected."""
        return steps * (4 + 1 + 1 + (self.projection is not None)) * self.hidden

    def options(self) -> dict[str, Any]:
        return {} if self.projection is None else {"proj_size": self.projection}


class Gru(Recurrent, keyword="gru"):
    """Gated recurrent unit: reset and update gates, along tokens or a map of one axis.

    >>> gru, x = Gru(hidden=128), Tensor(64, (100,), "tokens")
    >>> gru.output(x).dims, gru.parameters(x), gru.operations(x, gru.output(x)).mac
    ((100, 128), 74496, 7372800)
    """

    source = "Cho et al. 2014, 2.3; PyTorch's GRU, which resets behind the product with the state"
    module = "GRU"
    gates = 3

    def cell_operations(self) -> Operations:
        """Three sums, two sigmoids and a hyperbolic tangent; a product with r; h' = (1 - z) n + z h."""
        return Operations(add=3 + 2, mul=1 + 2).plus(_SIGMOID.times(2)).plus(_TANH)

    def kept_numbers(self, steps: int) -> int:
        """Three gates, n, the third gate before it is multiplied by r, and h - n."""
        return steps * (3 + 1 + 1 + 1) * self.hidden


class Rnn(Recurrent, keyword="rnn"):
    """Simple recurrent network, h' = tanh(W x + b + U h + c), along tokens or a map of one axis.

    >>> rnn, x = Rnn(hidden=128), Tensor(64, (100,), "tokens")
    >>> rnn.output(x).dims, rnn.parameters(x), rnn.operations(x, rnn.output(x)).mac
    ((100, 128), 24832, 2457600)
    """

    source = "Elman 1990; PyTorch's RNN"
    module = "RNN"
    gates = 1

    nonlinearity: str = choice("what is applied to the sum", ("tanh", "relu"), default="tanh")

    def cell_operations(self) -> Operations:
        """The sum of both products, and the nonlinearity."""
        return Operations(add=1).plus(_TANH if self.nonlinearity == "tanh" else _RELU)

    def kept_numbers(self, steps: int) -> int:
        """The last state, besides the state of every step before."""
        return self.hidden

    def options(self) -> dict[str, Any]:
        return {"nonlinearity": self.nonlinearity}
