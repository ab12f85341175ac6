"""The records that the rooms of a sweep hand to each other."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from cnncost.spaces.figures import UNKNOWN, Figures
from cnncost.spaces.points import Points


def test_a_row_has_pythons_own_values() -> None:
    points = Points({"width": np.array([0.5, 1.0]), "batch": np.array([1, 8]), "act": ["relu", "gelu"]}, 4)
    row = points.row(1)
    assert row == {"width": 1.0, "batch": 8, "act": "gelu"}
    assert [type(value) for value in row.values()] == [float, int, str]


def test_a_part_knows_where_it_lies_in_the_space() -> None:
    points = Points({"width": np.arange(10), "input": [(3, size, size) for size in range(10)]}, 100).part(3, 5)
    assert (len(points), points.start, points.indices) == (2, 103, range(103, 105))
    assert points.row(0) == {"width": 3, "input": (3, 3, 3)}


@pytest.mark.parametrize("columns", [{}, {"width": [1, 2], "batch": [1]}])
def test_columns_have_one_length(columns: dict[str, list[int]]) -> None:
    with pytest.raises(ValueError, match="columns of points have one length"):
        Points(columns)


def test_points_and_figures_stay_as_they_are_and_travel() -> None:
    points, figures = Points({"width": [1, 2]}, 7), Figures({"params": [3, 4]}, [None, None])
    for record in (points, figures):
        with pytest.raises(AttributeError, match="cannot be changed"):
            record.columns = {}  # type: ignore[misc]
        with pytest.raises(TypeError, match="cannot be changed"):
            record.columns["width"] = [1]  # type: ignore[index]
    assert pickle.loads(pickle.dumps(points)).row(1) == {"width": 2}
    assert pickle.loads(pickle.dumps(points)).start == 7
    assert pickle.loads(pickle.dumps(figures)).row(1) == {"params": 4}


def test_figures_of_any_size_and_none() -> None:
    figures = Figures({"macs": np.array([2**70, UNKNOWN], dtype=object)}, [None, "too large"])
    assert figures.row(0) == {"macs": 2**70}
    assert figures.row(1) == {"macs": None}
    assert figures.failed == 1
    assert repr(figures) == "<Figures of 2 points, 1 of which do not hold: macs>"


def test_every_point_has_every_figure() -> None:
    with pytest.raises(ValueError, match="1 values of `macs` for 2 points"):
        Figures({"macs": [1]}, [None, None])
