"""One formula for a number and for an array of design points: int64 arrays give the same figures, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from cnncost.layers import REGISTRY, Layer, Tensor
from cnncost.layers.base.fields import Count, Numbers, Padding
from tests.layers.strategies import PATIENT, Placement, fitting

# Fields that say which axis, not how large: they stay what they are over all design points.
PLACES = {(kind.keyword, name) for kind in REGISTRY.values() for name, field in kind.fields.items() if field.indexes}


def structure(value: Any, keyword: str = "", name: str = "") -> Any:
    """What design points must share to be stacked: everything but the numbers."""
    if isinstance(value, Placement):
        fields = {name: structure(field, value.layer.keyword, name) for name, field in vars(value.layer).items()}
        return tuple(fields.items()), structure(value.xs)
    if isinstance(value, tuple) and (keyword, name) not in PLACES:
        return tuple(structure(item) for item in value)
    return "number" if type(value) is int and (keyword, name) not in PLACES else value


def stack(values: list[Any]) -> Any:
    """Numbers become one array, tuples are stacked item by item, the rest is shared."""
    if type(values[0]) is int:
        return np.array(values, dtype=np.int64)
    if isinstance(values[0], Tensor):
        return Tensor(*(stack([value[i] for value in values]) for i in range(3)))
    if isinstance(values[0], tuple):
        return tuple(stack(list(items)) for items in zip(*values, strict=True))
    return values[0]


def stacked_layer(layers: list[Layer]) -> Layer:
    kind = type(layers[0])
    numeric = (Count, Padding, Numbers)
    return kind(
        **{
            name: stack([getattr(layer, name) for layer in layers])
            if isinstance(field, numeric) and (kind.keyword, name) not in PLACES
            else getattr(layers[0], name)
            for name, field in kind.fields.items()
        }
    )


def figures(layer: Layer, xs: tuple[Tensor, ...]) -> dict[str, Any]:
    y = layer.output(*xs)
    return {
        **{f"size of axis {axis}": size for axis, size in enumerate(y.dims)},
        "parameters": layer.parameters(*xs),
        **{f"buffers: {kind}": count for kind, count in layer.buffers(*xs)._asdict().items()},
        **{f"operations: {kind}": count for kind, count in layer.operations(*xs, y=y)._asdict().items()},
        **{f"in training: {kind}": count for kind, count in layer.training_operations(*xs, y=y)._asdict().items()},
        "columns": layer.column_elements(*xs, y=y),
        "indices": layer.index_elements(*xs, y=y),
    }


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_formulas_serve_arrays(keyword: str) -> None:
    groups: dict[Any, list[Placement]] = {}

    @settings(PATIENT, max_examples=40, phases=[Phase.generate])
    @given(fitting(REGISTRY[keyword]))
    def collect(placement: Placement) -> None:
        groups.setdefault(structure(placement), []).append(placement)

    collect()
    assert max(map(len, groups.values())) > 1
    for group in groups.values():
        assert_equal_elementwise(group)


def assert_equal_elementwise(group: list[Placement]) -> None:
    together = figures(stacked_layer([placement.layer for placement in group]), stack([p.xs for p in group]))
    alone = [figures(*placement) for placement in group]
    for name, values in together.items():
        expected = [figure[name] for figure in alone]
        assert all(type(number) in (int, bool) for number in expected), f"{name} is no whole number: {expected}"
        assert np.asarray(values).dtype.kind in "ib", f"{name} is no whole number"
        np.testing.assert_array_equal(np.broadcast_to(values, len(group)), expected, err_msg=name)
