"""What an analysis asks of its numbers besides arithmetic."""

from __future__ import annotations

import pytest

from cnncost.errors import SpecError
from cnncost.symbolic.arrays import ExactArray
from cnncost.symbolic.domain import ARRAYS, INTEGERS, SYMBOLS, Domain
from cnncost.symbolic.symbols import Symbol

EVERY = pytest.mark.parametrize("domain", [INTEGERS, ARRAYS, SYMBOLS], ids=lambda domain: domain.name)


@EVERY
def test_integers_are_among_the_numbers_of_every_domain(domain: Domain) -> None:
    assert (domain.sum([]), domain.sum([3, 5])) == (0, 8)
    assert (domain.largest([]), domain.largest([3, 5, 4])) == (0, 5)
    assert domain.smallest([3, 5, 2]) == 2
    assert (domain.exists(0), domain.exists(7)) == (False, True)


def test_arrays_are_compared_point_by_point() -> None:
    values = [ExactArray([3, 50]), 4, ExactArray([5, 6])]
    assert ARRAYS.largest(values).numbers == [5, 50]
    assert ARRAYS.smallest(values).numbers == [3, 4]
    assert ARRAYS.sum(values).numbers == [12, 60]


def test_a_count_exists_at_all_design_points_or_at_none() -> None:
    assert ARRAYS.exists(ExactArray([3, 50]))
    assert not ARRAYS.exists(ExactArray([0, 0]))
    with pytest.raises(SpecError, match="unlike structure"):
        ARRAYS.exists(ExactArray([0, 50]))


def test_symbols_exist_whatever_their_numbers() -> None:
    assert SYMBOLS.exists(Symbol("C") * 3)
    assert str(SYMBOLS.largest([Symbol("C"), 4])) == "max(C, 4)"


def test_what_is_an_algorithm_on_numbers_is_refused_to_others() -> None:
    INTEGERS.refuse_unless_integers("receptive fields")
    with pytest.raises(SpecError, match="receptive fields can't be computed on arrays of design points") as refused:
        ARRAYS.refuse_unless_integers("receptive fields")
    assert refused.value.hint == "analyze every network by itself"
