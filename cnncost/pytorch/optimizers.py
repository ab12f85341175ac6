"""The optimizers of the settings, as ``torch.optim`` has them.

Making one takes most of a second, once: ``torch.optim`` imports PyTorch's compiler for it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class TorchOptimizer(NamedTuple):
    """What PyTorch has for an optimizer."""

    name: str
    """The class in ``torch.optim``."""
    arguments: Mapping[str, float] = {}
    """What makes it so."""
    stands_in: bool = False
    """Whether it only stands in for an optimizer that PyTorch does not have, and keeps and moves as many numbers."""

    @property
    def divides(self) -> bool:
        """Whether its step divides by what it keeps, plus an epsilon."""
        return self.name != "SGD"

    def of(self, parameters: Collection[Any], **arguments: Any) -> Any:
        """The optimizer of these parameters, with further arguments such as ``lr``."""
        return getattr(import_torch().optim, self.name)(parameters, **self.arguments, **arguments)


TORCH_OPTIMIZERS = {
    "sgd": TorchOptimizer("SGD"),
    "momentum": TorchOptimizer("SGD", {"momentum": 0.9}),
    "adam": TorchOptimizer("Adam"),
    "adamw": TorchOptimizer("AdamW"),
    "rmsprop": TorchOptimizer("RMSprop"),
    "adagrad": TorchOptimizer("Adagrad"),
    "lion": TorchOptimizer("SGD", {"momentum": 0.9}, stands_in=True),
}
"""By the names that the settings have for them."""


def state_bytes(optimizer: TorchOptimizer, model: Any, reached: Collection[int] | None = None) -> int:
    """Bytes of the states that an optimizer keeps of a model's trained parameters, without its step counters.

    One parameter of each shape stands for all: states follow the shape. On meta tensors, since only sizes are asked.

    Args:
        optimizer: whose states.
        model: the module.
        reached: the ``id`` of every parameter that has a gradient; ``None`` where all trained ones have.

    >>> import torch
    >>> model = torch.nn.Linear(3, 2)
    >>> state_bytes(TORCH_OPTIMIZERS["adam"], model)  # two moments of 6 weights and 2 biases, 4 bytes each
    64
    """
    torch = import_torch()
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    count = Counter([(weight.shape, weight.dtype, reached is None or id(weight) in reached) for weight in trained])
    models = [torch.empty(shape, dtype=dtype, device="meta", requires_grad=True) for shape, dtype, _ in count]
    if not models:
        return 0
    for weight, (_, _, has_gradient) in zip(models, count, strict=True):
        weight.grad = torch.empty_like(weight) if has_gradient else None
    stepping = optimizer.of(models, lr=1e-3, foreach=False)
    if not stepping.state:  # Adagrad makes its states at once, the others at their first step
        stepping.step()
    return sum(
        times * sum(held.nbytes for name, held in stepping.state[weight].items() if held is not None and name != "step")
        for weight, times in zip(models, count.values(), strict=True)
    )
