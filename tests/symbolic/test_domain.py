"""What an analysis asks of its numbers besides arithmetic."""

from __future__ import annotations

import pytest

from cnncost.errors import SpecError
from cnncost.symbolic.domain import INTEGERS, SYMBOLS, Domain
from cnncost.symbolic.symbols import Symbol

EVERY = pytest.mark.parametrize("domain", [INTEGERS, SYMBOLS], ids=lambda domain: domain.name)


@EVERY
def test_integers_are_among_the_numbers_of_every_domain(domain: Domain) -> None:
    assert (domain.sum([]), domain.sum([3, 5])) == (0, 8)
    assert (domain.largest([]), domain.largest([3, 5, 4])) == (0, 5)
    assert domain.smallest([3, 5, 2]) == 2
    assert (domain.exists(0), domain.exists(7)) == (False, True)


def test_symbols_exist_whatever_their_numbers() -> None:
    assert SYMBOLS.exists(Symbol("C") * 3)
    assert str(SYMBOLS.largest([Symbol("C"), 4])) == "max(C, 4)"


def test_what_is_an_algorithm_on_numbers_is_refused_to_others() -> None:
    INTEGERS.refuse_unless_integers("receptive fields")
    with pytest.raises(SpecError, match="receptive fields can't be computed on symbols") as refused:
        SYMBOLS.refuse_unless_integers("receptive fields")
    assert refused.value.hint == "analyze every network by itself"
