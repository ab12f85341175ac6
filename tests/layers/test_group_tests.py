"""Which units respond to which rows, by as few tests as may be."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cnncost.layers.base.group_tests import responses_of_rows


class Counting:
    """Units with a known answer, which count how often they are asked."""

    def __init__(self, truth: Any) -> None:
        self.truth = truth
        self.tests = 0

    def __call__(self, lit: Any) -> Any:
        self.tests += len(lit)
        return torch.stack([self.truth[row].any(0) for row in lit])


def found(truth: Any) -> tuple[Any, int]:
    units = Counting(truth)
    return responses_of_rows(torch, len(truth), units), units.tests


@pytest.mark.parametrize("rows", [1, 2, 4, 5, 17, 64])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 1.0])
def test_it_finds_what_every_row_alone_would_show(rows: int, share: float) -> None:
    truth = torch.rand(rows, 23, generator=torch.Generator().manual_seed(rows)) < share
    assert torch.equal(found(truth)[0], truth)


def test_windows_need_few_tests() -> None:
    """A window of 7 of 256 rows: all, 4 blocks of 64, of 16 and of 4 rows, of which every second may go together."""
    place = torch.arange(256)
    truth = (place[:, None] - place).abs() <= 3
    seen, tests = found(truth)
    assert torch.equal(seen, truth)
    assert tests == 1 + 4 + 2 * 4 + 2 * 4 + 3 * 4


def test_units_that_read_everything_need_a_third_more_tests_than_rows() -> None:
    assert found(torch.ones(64, 5, dtype=torch.bool))[1] == 1 + 4 + 16 + 64
