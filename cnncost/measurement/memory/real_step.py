"""A step of a PyTorch module as its settings say: the loop that a user writes, on whatever device the tensors are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.pytorch.optimizers import TORCH_OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.footprint.settings import StepSettings

_LEARNING_RATE = 1e-6
_WEIGHT_DECAY = 1e-4
_AUXILIARY_WEIGHT = 0.4
"""Of auxiliary outputs in the loss, as torchvision's reference training has it."""


class RealStep:
    """One step of a module, as often as it is run.

    Args:
        model: the module, its parameters in their format and on their device.
        inputs: one batch of each input.
        settings: how the step runs.
        outputs: how many of the outputs are not auxiliary.
    """

    def __init__(self, model: Any, inputs: Sequence[Any], settings: StepSettings, outputs: int = 1) -> None:
        self.model = model.train(settings.trains)
        self.inputs = list(inputs)
        self.settings = settings
        self.outputs = outputs
        self.targets: list[Any] = []
        """What the loss compares each output with; made in the first step."""
        self.optimizer: Any = None
        self.scaler: Any = None
        device = self.inputs[0].device.type
        for name in settings.checkpoint:
            module = model.get_submodule(name)
            module.forward = partial(import_torch().utils.checkpoint.checkpoint, module.forward, use_reentrant=False)
        if settings.trains:
            self.optimizer = _optimizer(model, settings)
            self.scaler = import_torch().amp.GradScaler(device) if settings.scaler else None

    def run(self) -> Any:
        """One step; the outputs and the loss, which whoever runs it holds to its end."""
        torch, settings = import_torch(), self.settings
        if not settings.trains:
            with torch.inference_mode(), self._autocast():
                return self.model(*self.inputs)
        self.optimizer.zero_grad(set_to_none=settings.set_to_none)
        for _ in range(settings.accumulate):
            with self._autocast():
                outputs = self.model(*self.inputs)
                error = self._loss([output for output in _listed(outputs) if output.is_floating_point()])
            if settings.accumulate > 1:
                error = error / settings.accumulate
            (error if self.scaler is None else self.scaler.scale(error)).backward()
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
        return outputs, error

    def clear(self) -> None:
        """Let go of the gradients, as the next step would."""
        if self.optimizer is not None:
            self.optimizer.zero_grad(set_to_none=self.settings.set_to_none)

    def standing(self) -> list[Any]:
        """The tensors that are there between two steps."""
        torch = import_torch()
        tensors = [*self.model.parameters(), *self.model.buffers(), *self.inputs, *self.targets]
        if self.optimizer is not None:
            tensors += [parameter.grad for parameter in self.model.parameters() if parameter.grad is not None]
            states = self.optimizer.state.values()
            tensors += [value for state in states for value in state.values() if torch.is_tensor(value)]
        if self.scaler is not None:
            tensors += [value for value in vars(self.scaler).values() if torch.is_tensor(value)]
        return tensors

    def _autocast(self) -> Any:
        torch, amp = import_torch(), self.settings.amp
        return nullcontext() if amp is None else torch.autocast(self.inputs[0].device.type, getattr(torch, amp))

    def _loss(self, outputs: list[Any]) -> Any:
        """The losses of all outputs, added up; auxiliary ones weigh less."""
        if self.settings.loss == "sum":
            errors = [output.sum() for output in outputs]
        else:
            errors = [
                self._error(output, target) for output, target in zip(outputs, self._targets(outputs), strict=True)
            ]
        total = errors[0]
        for place, error in enumerate(errors[1:], 1):
            total = total + (error if place < self.outputs else _AUXILIARY_WEIGHT * error)
        return total

    def _targets(self, outputs: list[Any]) -> list[Any]:
        """What the loss compares each output with: one tensor for all outputs that it is the same for."""
        if not self.targets:
            made: dict[Any, Any] = {}
            for output in outputs:
                sizes = (output.shape[0], *output.shape[2:]) if self.settings.loss == "cross_entropy" else output.shape
                if sizes not in made:
                    dtype = import_torch().long if self.settings.loss == "cross_entropy" else self.inputs[0].dtype
                    made[sizes] = output.new_zeros(sizes, dtype=dtype)
                self.targets.append(made[sizes])
        return self.targets

    def _error(self, output: Any, target: Any) -> Any:
        functional = import_torch().nn.functional
        if self.settings.loss == "sum":
            return output.sum()
        return (functional.cross_entropy if self.settings.loss == "cross_entropy" else functional.mse_loss)(
            output, target
        )


def in_layout(model: Any, inputs: Sequence[Any], settings: StepSettings) -> tuple[Any, list[Any]]:
    """The model and its inputs, with channels last in memory where the settings say so."""
    if not settings.channels_last:
        return model, list(inputs)
    torch = import_torch()
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    for parameter in model.parameters():
        if parameter.dim() in layouts:
            parameter.data = parameter.data.contiguous(memory_format=layouts[parameter.dim()])
    return model, [x.contiguous(memory_format=layouts[x.dim()]) if x.dim() in layouts else x for x in inputs]


def _listed(outputs: Any) -> list[Any]:
    """The outputs of a model: one, several, or by name; those that are not there left out."""
    if isinstance(outputs, Mapping):
        outputs = list(outputs.values())
    return [output for output in outputs if output is not None] if isinstance(outputs, tuple | list) else [outputs]


def _optimizer(model: Any, settings: StepSettings) -> Any:
    """The optimizer of the parameters that are trained, stepping as the settings say."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = TORCH_OPTIMIZERS[settings.optimizer]
    arguments: dict[str, Any] = {"lr": _LEARNING_RATE}
    if settings.weight_decay:
        arguments["weight_decay"] = _WEIGHT_DECAY
    return optimizer.of(parameters, **arguments, **_IMPLEMENTATIONS[settings.implementation])


_IMPLEMENTATIONS: Mapping[str | None, Mapping[str, bool]] = {
    None: {},
    "foreach": {"foreach": True},
    "forloop": {"foreach": False},
    "fused": {"fused": True},
}
