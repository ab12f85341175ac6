"""How tensors lie in memory, compared with PyTorch's at random shapes, views and functions of several."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st

from cnncost.autograd.strides import Strides, joined
from tests.layers.strategies import PATIENT

SIZES = st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=5)


@st.composite
def views(draw: st.DrawFn, sizes: list[int] | None = None) -> tuple[torch.Tensor, Strides]:
    """A tensor that was turned and cut a few times, and how it ought to lie."""
    sizes = sizes or draw(SIZES)
    tensor, strides = torch.empty(sizes), Strides.of(sizes)
    for _ in range(draw(st.integers(0, 2))):
        axis, rank = draw(st.integers(0, tensor.dim() - 1)), tensor.dim()
        match draw(st.sampled_from(["permute", "narrow", "select"])):
            case "permute":
                axes = draw(st.permutations(range(rank)))
                tensor, strides = tensor.permute(axes), strides.permuted(axes)
            case "narrow":
                step = draw(st.integers(1, 2))
                tensor = tensor[(slice(None),) * axis + (slice(0, None, step),)]
                strides = strides.narrowed(axis, tensor.shape[axis], step)
            case _ if rank > 1:
                tensor, strides = tensor.select(axis, 0), strides.selected(axis)
    return tensor, strides


@given(view=views())
@PATIENT
def test_views_lie_as_pytorchs(view: tuple[torch.Tensor, Strides]) -> None:
    tensor, strides = view
    assert (strides.sizes, strides.steps) == (tensor.shape, tensor.stride())
    assert strides.is_contiguous == tensor.is_contiguous()
    assert strides.is_dense == (_significant(torch.empty_like(tensor)) == _significant(tensor))
    assert _significant(strides.packed()) == _significant(tensor + 1)


@given(view=views(), data=st.data())
@PATIENT
def test_a_shape_is_a_view_where_pytorch_has_one(view: tuple[torch.Tensor, Strides], data: st.DataObject) -> None:
    tensor, strides = view
    left, sizes = tensor.numel(), []
    for _ in range(data.draw(st.integers(0, 3))):
        sizes.append(data.draw(st.sampled_from([n for n in range(1, left + 1) if left % n == 0])))
        left //= sizes[-1]
    found = strides.reshaped([*sizes, left])
    try:
        expected = tensor.view(*sizes, left).stride()
    except RuntimeError:
        assert found is None
    else:
        assert found is not None
        assert found.steps == expected


@given(data=st.data())
@PATIENT
def test_functions_of_several_tensors_make_the_order_that_pytorch_makes(data: st.DataObject) -> None:
    sizes = data.draw(SIZES)
    tensors, strides = [], []
    for _ in range(data.draw(st.integers(1, 3))):
        axes = data.draw(st.permutations(range(len(sizes))))
        own = [data.draw(st.sampled_from([size, size, 1])) for size in sizes]
        stored = [own[axis] for axis in axes]
        back = [axes.index(axis) for axis in range(len(axes))]
        tensors.append(torch.empty(stored).permute(back))
        strides.append(Strides.of(stored).permuted(back))
    together: Any = tensors[0] + 1 if len(tensors) == 1 else tensors[0] * tensors[1]
    if len(tensors) > 2:
        together = torch.addcmul(*tensors)
    assert _significant(joined(strides)) == _significant(together)


@given(view=views(sizes=[2, 3, 4, 6]))
@PATIENT
def test_channels_that_lie_innermost_are_seen(view: tuple[torch.Tensor, Strides]) -> None:
    tensor, strides = view
    last = tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last) and not tensor.is_contiguous()
    assert strides.has_channels_last == last


def _significant(tensor: torch.Tensor | Strides) -> list[tuple[int, int]]:
    """Sizes and strides of the axes that have more than one place."""
    sizes, steps = tensor if isinstance(tensor, Strides) else (tensor.shape, tensor.stride())
    return [(size, step) for size, step in zip(sizes, steps, strict=True) if size > 1]
