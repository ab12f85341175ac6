"""The model as PyTorch exports it: its operators in their order, recorded on tensors without numbers."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import fields, is_dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.model.compiled import let_convolutions_deform
from cnncost.importers.pytorch.model.faults import fault, is_interruption, said
from cnncost.importers.pytorch.model.inputs import example_arguments
from cnncost.importers.pytorch.model.library import import_torch, is_lazy
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.errors import SpecError
    from cnncost.importers.pytorch.model.inputs import InputShape
    from cnncost.importers.sources import ModelSource

PRIME = 7919
"""Samples in the batch of an export: a prime that divides no size of a model, so that every multiple is a batch."""

_OF_TYPES = re.compile(r"dtype|type \(|scalar type|Half|BFloat16|Double|Long")
"""What PyTorch says where types do not go together."""

_MOST_TAKEN = 100
"""Indices along the batch that a model may take without being one that goes over its samples."""


class Exported(NamedTuple):
    """A model's operators, and the batch that they were recorded with."""

    program: Any
    """A ``torch.export.ExportedProgram``."""
    batch: int
    """Samples in the batch: :data:`PRIME`, or 1 where the model takes no other."""
    auxiliary: int = 0
    """How many of its outputs, the last ones, it gives in training only."""
    warnings: tuple[str, ...] = ()
    """What is said of the network."""


def export(source: ModelSource, model: Any, shapes: Sequence[InputShape]) -> Exported:
    """The operators of a model in evaluation mode.

    Raises:
        SpecError: the model fails, or does what depends on numbers; with the line that does.
    """
    let_convolutions_deform()
    with _quiet(), _plain_outputs(model):
        _materialise(source, model, shapes)
        try:
            return Exported(_program(model, shapes, PRIME), PRIME)
        except BaseException as error:
            if is_interruption(error):
                raise
            first = error
        try:
            return Exported(_program(model, shapes, 1), 1)
        except BaseException as error:  # whatever the user's model does, leaving included
            if is_interruption(error):
                raise
        raise _refusal(source, first, shapes) from first


def export_in_training(source: ModelSource, model: Any, shapes: Sequence[InputShape], batch: int) -> Any:
    """The operators of a model in training mode, whose layers are in evaluation mode all the same.

    Raises:
        SpecError: the model fails in that mode, as one does that wants to know what is right.
    """
    with _quiet(), _plain_outputs(model), _in_training(model):
        try:
            return _program(model, shapes, batch)
        except BaseException as error:
            if is_interruption(error):
                raise
            raise _refusal(source, error, shapes) from error


@contextmanager
def _in_training(model: Any) -> Iterator[None]:
    """Within it the model and its blocks are in training mode: not PyTorch's layers, nor others that hold no layers."""
    blocks = [module for module in model.modules() if module is model or any(True for _ in module.children())]
    blocks = [block for block in blocks if not _is_layer(block)]
    try:
        for block in blocks:
            block.training = True
        yield
    finally:
        for block in blocks:
            block.training = False


def _is_layer(module: Any) -> bool:
    """Whether a module is one of PyTorch, or a normalisation or dropout made of one."""
    modules = import_torch().nn.modules
    kinds = modules.batchnorm._NormBase, modules.dropout._DropoutNd
    return isinstance(module, kinds) or type(module).__module__.startswith("torch.nn.")


@contextmanager
def _plain_outputs(model: Any) -> Iterator[None]:
    """Within it the model gives dictionaries and lists, whatever classes it has for them: PyTorch knows no others."""
    hook = model.register_forward_hook(lambda _model, _read, given: _plain(given))
    try:
        yield
    finally:
        hook.remove()


def _plain(given: Any) -> Any:
    if is_dataclass(given):
        return {field.name: _plain(getattr(given, field.name, None)) for field in fields(given)}
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items()}
    return [_plain(value) for value in given] if isinstance(given, list | tuple) else given


def _program(model: Any, shapes: Sequence[InputShape], batch: int) -> Any:
    args, kwargs = example_arguments(model, shapes, batch)
    torch = import_torch()
    # Where the model is, tensors are that it makes as it runs.
    with torch.device("meta"), _without_loops_over(batch):
        return torch.export.export(model, args, kwargs, strict=False)


def _without_loops_over(batch: int) -> AbstractContextManager[Any]:
    """Within it, whoever takes the samples of a batch one by one is stopped soon, and not after thousands."""
    torch = import_torch()
    if batch == 1:
        return nullcontext()
    from torch.overrides import TorchFunctionMode

    in_pieces = torch.unbind, torch.Tensor.unbind, torch.Tensor.__iter__

    class WithoutLoops(TorchFunctionMode):
        taken = 0

        def __torch_function__(self, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
            whole = function in in_pieces and not kwargs and len(args) == 1 and _size(args[0]) == batch
            given = None if whole else function(*args, **(kwargs or {}))
            if function is torch.Tensor.__getitem__:
                self.taken += _size(args[0]) == batch and _size(given) != batch
            if whole or self.taken > _MOST_TAKEN or (isinstance(given, tuple | list) and len(given) >= batch):
                raise RuntimeError("it takes the samples of a batch one by one")
            return given

    return WithoutLoops()


def _size(tensor: Any) -> int:
    """Of the first axis."""
    return tensor.shape[0] if tensor.dim() else 1


def _materialise(source: ModelSource, model: Any, shapes: Sequence[InputShape]) -> None:
    """Let lazy modules find the shapes of their parameters, which they do as they first run."""
    if not any(map(is_lazy, _weights(model))):
        return
    torch = import_torch()
    args, kwargs = example_arguments(model, shapes, PRIME)
    try:
        with torch.no_grad():
            model(*args, **kwargs)
    except BaseException as error:
        if is_interruption(error):
            raise
        raise _refusal(source, error, shapes) from error


def _weights(model: Any) -> Iterator[Any]:
    yield from model.parameters()
    yield from model.buffers()


def _refusal(source: ModelSource, error: BaseException, shapes: Sequence[InputShape]) -> SpecError:
    """What is wrong with a model that cannot be exported, with the line of its code."""
    if _depends_on_data(error):
        message = f"`{source}` does what depends on the numbers that it reads: its cost is not known beforehand"
        return fault(message, error, hint=f"PyTorch says {said(error)}"[:300])
    read = ", ".join(f"`{shape.name}` of {list(shape.dims)} in {shape.dtype}" for shape in shapes)
    hint = f"it was given {read}, and a batch before that"
    if _OF_TYPES.search(str(error)):
        hint += f"; `--input {shapes[0].name}=SHAPE:float16` gives numbers of another type"
    return fault(f"`{source}` fails: {said(error)}", error, hint=hint)


def _depends_on_data(error: BaseException) -> bool:
    words = f"{type(error).__name__} {error}"
    return any(word in words for word in ("DataDependent", "data-dependent", "Cannot call .item()", "is_nonzero"))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what PyTorch and the model say meanwhile: what matters of it is in our errors, and output is ours."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
