"""The tensors of a file that are weights, and the layers that have them: each is counted once, and none is lost."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Constant


class Weights:
    """The sizes of the tensors that are weights, and who has them.

    Attributes:
        elements: of each tensor that is weights, by its name.
        owners: the node that has it.
        vectors: the tensors that have one axis at most.
    """

    def __init__(self) -> None:
        self.elements: dict[str, int] = {}
        self.owners: dict[str, int] = {}
        self.vectors: set[str] = set()
        self._numbers: set[str] = set()
        self._modules: dict[str, str] = {}
        self._again = 0

    def add(self, name: str, shape: Sequence[int]) -> None:
        """Remember a tensor that is weights."""
        self.elements[name] = prod(shape)
        if sum(size > 1 for size in shape) <= 1:
            self.vectors.add(name)

    def copied(self, constant: Constant, name: str) -> Constant:
        """A tensor that the file stores once and names again: weights of their own, as they were before it was written.

        PyTorch's older exporter stores tensors of equal numbers once, as all biases are before they are trained.
        """
        if len(constant.tensors) != 1 or constant.tensors[0] not in self.elements:
            return constant
        self.add(name, constant.shape)
        self._again += constant.elements
        return constant._replace(tensors=(name,))

    def on_a_grid(self, constant: Constant, name: str, scale: Constant | None) -> Constant:
        """A tensor that is stored as integers, or put on their grid: the weights that it stands for, and a scale."""
        if scale is not None:
            self.use_as_number(scale)
        if not constant.tensors:
            self.add(name, constant.shape)
            constant = constant._replace(tensors=(name,))
        return constant._replace(numbers=None)

    def repeated(self) -> list[str]:
        """A sentence about tensors that are stored once and count more than once, if there are any."""
        if not self._again:
            return []
        what = f"{self._again:,} numbers count that the file does not store"
        return [f"{what}: exporters store tensors once that are equal, and each layer counts its own"]

    def use_as_number(self, constant: Constant) -> None:
        """Remember that the tensors of a constant are numbers of a layer, as a factor is, and no weights of one."""
        self._numbers.update(constant.tensors)

    def unread(self) -> list[str]:
        """A sentence about the tensors that no layer has, if there are any."""
        names = [name for name in self.elements if name not in self.owners and name not in self._numbers]
        if not names:
            return []
        total = sum(self.elements[name] for name in names)
        shown = ", ".join(f"`{name}`" for name in names[:3]) + (", ..." if len(names) > 3 else "")
        return [f"{total:,} numbers of the file are the weights of no layer: {shown}"]

    def take(self, constants: Sequence[Constant]) -> dict[str, int]:
        """The tensors that some constants are computed from and no layer has yet, with their sizes."""
        names = [name for constant in constants for name in constant.tensors]
        return {name: self.elements[name] for name in names if name not in self.owners}

    def give(self, call: Call, node: int, constants: Sequence[Constant]) -> None:
        """Give a node its weights: they are its own, or those of the node that has them already.

        Raises:
            SpecError: they are not as many numbers as the layer has, or some of them are another layer's.
        """
        listed = [name for constant in constants for name in constant.tensors]
        names = self._told_apart(listed)
        added = call.builder.nodes[node]
        elements = sum(self.elements[name] for name in names)
        elements += sum(constant.elements for constant in constants if not constant.tensors)  # what the file computes
        buffers = added.buffers()
        has = added.parameters() + buffers.statistics + buffers.weights
        if elements != has:
            raise call.unsupported(f"the layer has {has:,} weights, and the file {elements:,} for it")
        owned = [name for name in names if name in self.owners]
        owners = {self.owners[name] for name in owned}
        is_shared = len(owned) == len(names) and len(owners) == 1
        if owned and is_shared and (self._is_one_module(owned, call) or not self.vectors.issuperset(owned)):
            owner = self.owners[owned[0]]
            name = call.builder.nodes[owner].name
            call.builder.share(range(owner, owner + 1), range(node, node + 1), name, call.origin)
            return
        if not self.vectors.issuperset(owned):
            raise call.unsupported("it shares some of its weights with another layer, and not all of them")
        self._again += sum(self.elements[name] for name in owned)
        for name in names:
            self.owners.setdefault(name, node)
            self._modules.setdefault(name, call.module)

    def _is_one_module(self, owned: Sequence[str], call: Call) -> bool:
        """Whether the file says of no two modules that they have these tensors: then one is called twice."""
        return {self._modules[name] for name in owned} == {call.module}

    def _told_apart(self, listed: Sequence[str]) -> list[str]:
        """The tensors of one layer: a vector in two roles is two, as mean and bias of a new normalisation are."""
        names: list[str] = []
        for name in listed:
            if name not in names:
                names.append(name)
            elif name in self.vectors:
                self._again += self.elements[name]
                names.append(name)
        return names
