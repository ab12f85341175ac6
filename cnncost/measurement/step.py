"""What is measured: one inference, or one training step, of a spec's model on a device.

Reduced precision means that everything is in that format, as the report predicts it: parameters, activations, gradients
and optimizer states. (Training under autocast keeps float32 parameters, and is not what is measured here.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.metrics.analysis import Analysis
from cnncost.pytorch.build import build, example_inputs
from cnncost.pytorch.importing import import_torch
from cnncost.pytorch.optimizers import TORCH_OPTIMIZERS
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph.graph import Graph
    from cnncost.measurement.options import MeasureOptions

_LEARNING_RATE = 1e-6
"""So small that thousands of steps leave the activations as they are: what a step takes must not drift."""

_FLOAT16_EPSILON = 1e-4
"""The optimizers' own 1e-8 is zero in float16, and dividing by it gives no numbers."""

LION_NOTE = "PyTorch has no Lion: SGD with momentum stands in, which keeps as much state"


class Subject(NamedTuple):
    """A model ready to run."""

    model: Any
    """The network, in its mode and number format."""
    inputs: tuple[Any, ...]
    """One batch."""
    optimizer: Any = None
    """Of a training step; ``None`` in inference."""
    notes: tuple[str, ...] = ()
    """What was done otherwise than asked."""

    def step(self, forward: Callable[..., Any] | None = None, mark: Callable[[str], None] = lambda _: None) -> Any:
        """One inference, or one training step; the outputs.

        Args:
            forward: what to run in place of the model, such as the model compiled.
            mark: told where the phases begin: ``forward``, ``loss``, ``backward``, ``optimizer``, and the ``end``.
        """
        forward = self.model if forward is None else forward
        if self.optimizer is None:
            mark("forward")
            with import_torch().inference_mode():
                outputs = forward(*self.inputs)
            mark("end")
            return outputs
        self.optimizer.zero_grad(set_to_none=True)
        mark("forward")
        outputs = forward(*self.inputs)
        mark("loss")
        error = loss(outputs)
        mark("backward")
        error.backward()
        mark("optimizer")
        self.optimizer.step()
        mark("end")
        return outputs

    def tensors(self) -> list[Any]:
        """The tensors that are there between two steps: parameters, buffers, inputs and the optimizer's state."""
        tensors = [*self.model.parameters(), *self.model.buffers(), *self.inputs]
        if self.optimizer is not None:
            states = self.optimizer.state.values()
            tensors += [value for state in states for value in state.values() if import_torch().is_tensor(value)]
        return tensors


def prepare(graph: Graph, options: MeasureOptions, device: str) -> Subject:
    """The model of a graph on `device`, with one batch of random inputs.

    Raises:
        SpecError: training was asked for, and nothing can be trained: all is frozen, or gets no gradient.
    """
    torch = import_torch()
    dtype = torch.float32 if options.dtype == "tf32" else getattr(torch, options.dtype)
    model = build(graph, device).to(dtype).train(options.trains)
    inputs = example_inputs(graph, options.batch, device, dtype)
    notes = []
    if options.channels_last:
        inputs, note = _channels_last(torch, model, inputs)
        notes += [note] if note else []
    if not options.trains:
        return Subject(model, tuple(inputs), notes=tuple(notes))
    if TORCH_OPTIMIZERS[options.optimizer].stands_in:
        notes.append(LION_NOTE)
    optimizer = make_optimizer(model, options)
    if not any(Analysis(graph).weights_get_gradient):
        raise SpecError("nothing can be trained: no gradient comes to a layer that is not frozen")
    return Subject(model, tuple(inputs), optimizer, tuple(notes))


def make_optimizer(model: Any, options: MeasureOptions) -> Any:
    """The optimizer of the parameters that are trained."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not parameters:
        raise SpecError("nothing can be trained: no layer has parameters that are not frozen")
    optimizer = TORCH_OPTIMIZERS[options.optimizer]
    settings = {"eps": _FLOAT16_EPSILON} if options.dtype == "float16" and optimizer.divides else {}
    return optimizer.of(parameters, lr=_LEARNING_RATE, **settings)


def loss(outputs: Any) -> Any:
    """The mean square of every output, added up: a scalar that all of them reach, and small enough for float16."""
    return sum(output.float().square().mean() for output in as_tuple(outputs))


def as_tuple(outputs: Any) -> tuple[Any, ...]:
    """The outputs of a model, one or several."""
    return outputs if isinstance(outputs, tuple) else (outputs,)


def not_finite(outputs: Any) -> str:
    """A note on outputs that are not finite numbers; empty when all are."""
    torch = import_torch()
    broken = sum(int((~torch.isfinite(output)).sum()) for output in as_tuple(outputs))
    whole = sum(output.numel() for output in as_tuple(outputs))
    return f"{broken} of {whole} numbers in the outputs are infinite or not a number" if broken else ""


def _channels_last(torch: Any, model: Any, inputs: list[Any]) -> tuple[list[Any], str]:
    """The inputs with their channels last in memory, the model's weights too, and a note where that is nowhere."""
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    if not any(x.dim() in layouts for x in inputs):
        return inputs, "channels last is a layout of maps in two or three dimensions: nothing was changed"

    def last(tensor: Any) -> Any:
        layout = layouts.get(tensor.dim())
        return tensor if layout is None else tensor.contiguous(memory_format=layout)

    for parameter in model.parameters():
        parameter.data = last(parameter.data)
    return [last(x) for x in inputs], ""
