"""The kernels that a step runs, recorded while its layers run on a tape.

What runs is what the layers record of themselves, operation by operation, as PyTorch runs it: activations in place or
not, casts under autocast, copies of tensors that do not lie as they have to, gradients that are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.algorithms import ConvolutionCall
from cnncost.autograd.tensors import FLOATS, ITEM_BYTES
from cnncost.footprint.running.optimizers import implementation_of
from cnncost.footprint.running.step import run_step
from cnncost.layers.contractions.conv import Conv
from cnncost.roofline.kernels import BACKWARD, FORWARD, OPTIMIZER, Kernel
from cnncost.roofline.kinds import ATTENTION, PRODUCTS, VIEWS, kind_of_convolution, kind_of_operation
from cnncost.roofline.products import (
    INPUT_GRADIENT,
    WEIGHT_GRADIENT,
    Product,
    product_of_attention,
    product_of_convolution,
    product_of_factors,
)
from cnncost.settings import OPTIMIZER_STATES
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.operation import Gradient, Operation
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

_ATTENTION_AGAIN = 5, 2
"""The products of attention's backward for those of forward: five for two, since the scores are computed again."""

_OPTIMIZER_PASSES = {
    "sgd": (3,),
    "momentum": (3, 3),
    "adam": (3, 3, 4, 2, 2, 2, 4),
    "adamw": (2, 3, 3, 4, 2, 2, 2, 4),
    "rmsprop": (3, 4, 2, 2, 4),
    "adagrad": (4, 2, 2, 4),
    "lion": (2, 3, 2, 3, 3),
}
"""The passes of an optimizer over lists of tensors: how many numbers each reads and writes for one of the parameter."""

_FUSED_PASS, _FUSED_STATE = 3, 2
"""The one of a fused kernel, which reads parameter and gradient and writes the former; reads and writes each state."""


def kernels_of(graph: Graph, settings: StepSettings) -> list[Kernel]:
    """The kernels of a step, in the order in which they run. Layers of which it is not known what they run have none.

    Args:
        graph: the network.
        settings: how the step runs.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> kernels = kernels_of(load("lenet5"), StepSettings(mode="infer", batch=64))
    >>> [kernel.kind for kernel in kernels][:4], kernels[0].flops, kernels[0].bytes
    (['stem', 'bias', 'transcendental', 'pool'], 15052800, 1466968)
    """
    recorder = _Recorder(graph, settings)
    step = run_step(graph, settings, observer=recorder)
    if settings.trains:
        recorder.kernels += _further_passes(recorder.kernels, graph, settings)
        recorder.record_optimizer(step.tape)
    unknown = {node.id for node in graph.layers if "operations" in node.layer.unsaid}
    return [kernel for kernel in recorder.kernels if kernel.layer not in unknown] if unknown else recorder.kernels


def _further_passes(recorded: Sequence[Kernel], graph: Graph, settings: StepSettings) -> list[Kernel]:
    """The kernels of passes that are like the last one that was recorded: a step runs no more than differ in memory."""
    from cnncost.footprint.running.training import DISTINCT_PASSES

    further = settings.accumulate - DISTINCT_PASSES
    if further <= 0:
        return []
    before = _Recorder(graph, settings)
    run_step(graph, settings._replace(accumulate=DISTINCT_PASSES - 1), observer=before)
    return [*recorded[len(before.kernels) :]] * further


class _Recorder:
    """Takes note of what a step runs."""

    def __init__(self, graph: Graph, settings: StepSettings) -> None:
        self.graph = graph
        self.settings = settings
        self.kernels: list[Kernel] = []

    def ran(self, layer: int, name: str, reads: Sequence[Value], keeps: Sequence[Value], output: Value) -> None:
        """An operation ran. Besides its output it makes what it keeps and has not read, such as places of maxima."""
        if name in VIEWS:
            return
        read = {id(value): value.size for value in (*reads, *keeps)}
        moved = sum(read.values()) + output.size
        dtype = next((value.dtype for value in (*reads, output) if value.dtype in FLOATS), self.settings.dtype)
        if name == "convolution":
            self._ran_convolution(layer, reads, output)
        elif name in PRODUCTS:
            factors = product_of_factors(reads[0], reads[1], output.elements)
            self._add(layer, FORWARD, name, dtype, moved, product=factors)
        elif name == ATTENTION:
            self._add(layer, FORWARD, name, dtype, moved, product=product_of_attention(reads[0], reads[1]))
        else:
            elements = output.elements
            if name not in _POOLS:
                elements = max([elements, *[value.elements for value in reads]])
            repeated = name in _OF_TWO and any(1 < value.elements < elements for value in reads)
            self._add_plain(layer, FORWARD, "bias" if repeated else name, dtype, moved, elements=elements)

    def differentiated(self, operation: Operation, made: Sequence[Gradient | None]) -> None:
        """Backward made gradients: nothing runs for those that lie in what it received."""
        received = [gradient for gradient in operation.received if gradient is not None]
        lie = {gradient.storage.number for gradient in received}
        new = [each if each is not None and each.storage.number not in lie else None for each in made]
        if not any(new):
            return
        name, layer, (elements, dtype) = operation.name, operation.layer, operation.outputs[0]
        read = sum([gradient.bytes for gradient in received])
        if name == "convolution":
            self._differentiated_product(operation, new, read, product_of_convolution(self._call(layer), FORWARD))
        elif name in PRODUCTS:
            factors = product_of_factors(operation.inputs[0], operation.inputs[1], elements)
            self._differentiated_product(operation, new, read, factors)
        else:
            moved = read + sum([storage.requested for storage in operation.saved])
            moved += sum([gradient.bytes for gradient in new if gradient is not None])
            if name == ATTENTION:
                again, of = _ATTENTION_AGAIN
                once = product_of_attention(operation.inputs[0], operation.inputs[1])
                self._add(layer, BACKWARD, name, dtype, moved, product=once._replace(depth=once.depth * again // of))
            else:
                self._add_plain(layer, BACKWARD, name, dtype, moved, elements=elements)

    def added(self, layer: int, gradient: Gradient) -> None:
        """A gradient is added to another one."""
        whole = gradient.item == ITEM_BYTES["float32"]
        dtype = "float32" if whole else self.settings.amp or self.settings.dtype
        self._add_plain(layer, BACKWARD, "add", dtype, 3 * gradient.bytes, elements=gradient.elements)

    def record_optimizer(self, tape: Tape) -> None:
        """The step of the optimizer: of all parameters at once, or of one after the other."""
        sizes = [weight.elements for weight in tape.weights.values() if weight.gradient is not None]
        settings = self.settings
        item, name = ITEM_BYTES[settings.dtype], settings.optimizer
        passes = _OPTIMIZER_PASSES[name]
        implementation = implementation_of(settings)
        if implementation == "fused":
            passes = (_FUSED_PASS + _FUSED_STATE * OPTIMIZER_STATES[name],)
        for elements in sizes if implementation == "forloop" else [sum(sizes)] * bool(sizes):
            for numbers in passes:
                self._add_plain(-1, OPTIMIZER, name, settings.dtype, numbers * item * elements, elements=elements)

    def _ran_convolution(self, layer: int, reads: Sequence[Value], output: Value) -> None:
        """A bias is added afterwards, in place."""
        x, weight, *bias = reads
        moved = x.size + weight.size + output.size
        forward = product_of_convolution(self._call(layer), FORWARD)
        self._add(layer, FORWARD, "convolution", x.dtype, moved, product=forward)
        if bias:
            self._add_plain(layer, FORWARD, "bias", x.dtype, 2 * output.size + bias[0].size, elements=output.elements)

    def _differentiated_product(
        self, operation: Operation, new: Sequence[Gradient | None], read: int, forward: Product
    ) -> None:
        """Each factor's gradient is a product of the output's with the other factor; a bias gets a sum."""
        layer, name = operation.layer, operation.name
        one, other = operation.inputs[:2]
        parts = (INPUT_GRADIENT, other, new[0]), (WEIGHT_GRADIENT, one, new[1])
        for direction, factor, gradient in parts:
            if gradient is not None:
                moved = read + factor.size + gradient.bytes
                self._add(layer, direction, name, factor.dtype, moved, product=forward.towards(direction))
        for gradient in new[2:]:
            if gradient is not None:
                moved, elements = read + gradient.bytes, operation.outputs[0][0]
                self._add_plain(layer, BACKWARD, "sum", one.dtype, moved, elements=elements)

    def _add(self, layer: int, direction: str, name: str, dtype: str, moved: int, *, product: Product) -> None:
        kind, call = kind_of_operation(name), None
        if name == "convolution":
            found = self._call(layer)
            kind = kind_of_convolution(found)
            call = found if isinstance(found.layer, Conv) else None
        last = self.settings.channels_last
        self.kernels.append(Kernel(layer, direction, kind, name, dtype, last, product.flops, moved, product, call))

    def _add_plain(self, layer: int, direction: str, name: str, dtype: str, moved: int, *, elements: int) -> None:
        kind = OPTIMIZER if direction == OPTIMIZER else kind_of_operation(name, training=self.settings.trains)
        positions = 1
        if layer >= 0:
            node = self.graph.nodes[layer]
            positions = node.y.positions
            if name in _POOLS:
                elements *= product(getattr(node.layer, "kernel", ()))
        last = self.settings.channels_last
        kernel = Kernel(layer, direction, kind, name, dtype, last, elements, moved, positions=positions)
        self.kernels.append(kernel)

    def _call(self, layer: int) -> ConvolutionCall:
        node = self.graph.nodes[layer]
        return ConvolutionCall(node.layer, node.xs[0], node.y, self.settings.batch)  # type: ignore[arg-type]  # answers as one


_POOLS = ("pool", "avg_pool")
_OF_TWO = ("add", "mul", "sub", "div")
