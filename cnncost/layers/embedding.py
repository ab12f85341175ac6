"""The embedding: a table of vectors that indices are looked up in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, anything, unchanged
from cnncost.layers.base.specifiers import count
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Reach, Reads
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


class Embedding(Layer, keyword="embedding"):
    """A learned vector for every index: a flat input of indices gives tokens, a map of one channel gives a map.

    Indices come from outside: an input of the network, or some channels of one, whose numbers are whole.

    >>> Embedding(vocabulary=30522, out=768).output(Tensor(128, (), "flat")).dims
    (128, 768)
    """

    family = "embedding"
    source = "Bengio et al. 2003, section 2"
    accepts = ("flat", "map")
    reads_indices = True

    vocabulary: int = count("how many indices there are, counted from 0", symbol="V")
    out: int = count("length of the vectors", symbol="C_o")

    def check(self, x: Tensor) -> None:
        if x.layout == "map" and x.channels != 1:
            message = f"`embedding` reads one index at a position, and its input {x} has {x.channels} channels"
            raise LayerError(message, hint="a sequence of indices is a flat input, `[128]`, or a map, `[1, 128]`")

    def output(self, x: Tensor) -> Tensor:
        """The vectors of all indices, as tokens or as the channels of the map."""
        return Tensor(self.out, (x.channels,), "tokens") if x.layout == "flat" else Tensor(self.out, x.spatial)

    def parameters(self, x: Tensor) -> int:
        """A vector for each index, V C_o."""
        return self.vocabulary * self.out

    def weight_shape(self, x: Tensor) -> tuple[int, ...]:
        """Sizes of the table."""
        return self.vocabulary, self.out

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None: vectors are copied from the table."""
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """One index: that at the same position of a map. Of flat inputs no places are followed."""
        return (Reads.MIXTURE if x.layout == "map" else Reads.WHOLE,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """It keeps the indices; the vectors of a map come last, and are turned behind the batch: a view."""
        table = tape.parameter(self.vocabulary * self.out)
        indices = x if x.dtype == "int64" else tape.make(x.elements, "int64")
        sizes = (tape.batch, *y.spatial, self.out)
        vectors = tape.run("embedding", [table], product(sizes), keeps=[indices], strides=Strides.of(sizes))
        if y.layout == "tokens":
            return vectors
        return views.permute(tape, vectors, (0, len(y.dims), *range(1, len(y.dims))))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        forward = _of_flat if x.layout == "flat" else _of_map
        return module_of(nn, forward, embedding=nn.Embedding(self.vocabulary, self.out))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Another index, another vector."""
        return unchanged if x.layout == "map" else lambda indices: anything(indices, line.thin(y).dims)


def _of_flat(module: Any, x: Any) -> Any:
    return module.embedding(_indices(module, x))


def _of_map(module: Any, x: Any) -> Any:
    return module.embedding(_indices(module, x.reshape(x.shape[0], *x.shape[2:]))).movedim(-1, 1)


def _indices(module: Any, x: Any) -> Any:
    """Whole numbers as they are; any other numbers, as examples are drawn, each taken for some index."""
    return x.long() % module.embedding.num_embeddings if x.is_floating_point() else x
