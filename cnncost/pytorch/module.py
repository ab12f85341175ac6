"""The module that a spec becomes. Imports PyTorch: only :func:`cnncost.pytorch.build.build` imports this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

from cnncost.graph.liveness import liveness
from cnncost.graph.weights import is_weight_of

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph, Node


class StepTree(nn.Module):
    """A module whose children are called as steps are, which may be any word: `training`, `forward`, `type`.

    Where PyTorch has an attribute of that name, the attribute stays PyTorch's. The step's weights have its name all the
    same, and :meth:`get_submodule` finds it.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dict__.get("_modules", ()) or not (name in self.__dict__ or hasattr(type(self), name)):
            super().__setattr__(name, value)
        elif isinstance(value, nn.Module):
            self._modules[name] = value
        else:
            self.__dict__[name] = value

    def get_submodule(self, target: str) -> nn.Module:
        """The module at a path such as ``stage.0.conv``, whatever the steps on the way are called.

        Raises:
            AttributeError: there is none.
        """
        first, _, rest = target.partition(".")
        child = self._modules.get(first)
        if child is None:
            return super().get_submodule(target)
        return child.get_submodule(rest)


class FunctionLayer(StepTree):
    """A layer that PyTorch has no module for, as one all the same: every layer has a name and can be hooked."""

    def __init__(self, node: Node, function: Any) -> None:
        super().__init__()
        self.node = node
        self.function = function

    def forward(self, *xs: Any) -> Any:
        return self.function(*xs)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "function": None}  # most are lambdas, which cannot be pickled

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self.function = self.node.counterpart(nn)


class SpecModel(StepTree):
    """The model of a spec: a tree of modules by the names of its layers, and a forward pass along its graph."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self._liveness = {training: liveness(graph, training=training) for training in (False, True)}
        self._paths = {node.id: node.module_name.split(".") for node in graph.layers}
        for node in graph.layers:
            module = _module_of(node)
            if node.owns_weights and not node.trainable:
                module.requires_grad_(False)
            self._place(self._paths[node.id], module)
        self._tie()

    def layer(self, number: int) -> Any:
        """The module of a node, looked up in the tree, where a user may have put another one."""
        module: Any = self
        for segment in self._paths[number]:
            module = module._modules[segment]
        return module

    def forward(self, *inputs: Any, **named: Any) -> Any:
        values = self.bind(*inputs, **named)
        samples = next(iter(values.values())).shape[0]
        alive = self._liveness[self.training]
        for node in alive.order:
            read = (samples,) if node.layer.is_source else [values[number] for number in node.inputs]
            values[node.id] = self.layer(node.id)(*read)
            for value in alive.released.get(node.id, ()):
                del values[value]
        ends = (*self.graph.outputs, *(self.graph.auxiliary if self.training else ()))
        outputs = tuple([values[end] for end in ends])
        return outputs[0] if len(outputs) == 1 else outputs

    def bind(self, *inputs: Any, **named: Any) -> dict[int, Any]:
        """The inputs by node: positional in the order of the spec, or by name."""
        names = [self.graph.nodes[number].name for number in self.graph.inputs]
        given = dict(zip(names, inputs, strict=False)) | named
        if len(inputs) + len(named) != len(names) or set(given) != set(names):
            raise TypeError(f"the model takes {', '.join(names)}, not {len(inputs)} tensors and {sorted(named)}")
        return {number: given[name] for number, name in zip(self.graph.inputs, names, strict=True)}

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        self._tie()  # moving or casting a model makes new tensors of its buffers, one for each that holds them
        return self

    def _tie(self) -> None:
        """Make the weights that the spec shares the same tensors."""
        for node in self.graph.layers:
            if not node.owns_weights:
                # Padding in front of one of them leaves the modules that hold weights in the same order.
                pairs = zip(_holders(self.layer(node.id)), _holders(self.layer(node.weights)), strict=True)
                for ours, theirs in pairs:
                    as_tensor = is_weight_of(node, self.graph.nodes[node.weights])
                    ours._parameters.update(_named(theirs._parameters, as_tensor))
                    ours._buffers.update(_named(theirs._buffers, as_tensor))

    def _place(self, path: list[str], module: nn.Module) -> None:
        """Hang `module` into the tree.

        Straight into the dictionaries of children: a step may be called `train` or `type`, which `add_module` refuses.
        A join's module is the parent of its branches' modules, whichever of them comes first.
        """
        *containers, leaf = path
        parent: nn.Module = self
        for segment in containers:
            if segment not in parent._modules:
                parent._modules[segment] = StepTree()
            child = parent._modules[segment]
            assert child is not None
            parent = child
        branches = parent._modules.get(leaf)
        if branches is not None:
            module._modules.update(branches._modules)
        parent._modules[leaf] = module


def _module_of(node: Node) -> nn.Module:
    module = node.counterpart(nn)
    return module if isinstance(module, nn.Module) else FunctionLayer(node, module)


def _named(tensors: dict[str, Any], as_tensor: bool) -> dict[str, Any]:
    """The tensors of a module as another holds them: all of them, or the weights by themselves."""
    if not as_tensor:
        return tensors
    return {"tensor": tensors["weight"]} if "weight" in tensors else {}


def _holders(module: nn.Module) -> list[nn.Module]:
    return [part for part in module.modules() if part._parameters or part._buffers]
