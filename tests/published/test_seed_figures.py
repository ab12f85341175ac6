"""Every figure that the course notes print, held against ours.

`docs.notes` computes each with cnncost, by default and as the notes count; the table of figures holds what is printed,
the exact value and a verdict. The tests hold all three together.
"""

from __future__ import annotations

import re

import pytest

from docs.notes import FIGURES
from docs.notes.audit import VERDICTS, Audited, audited

AUDITED = {each.row["id"]: each for each in audited()}
ERRATA = {name for name, each in AUDITED.items() if each.row["verdict"] == "erratum"}


def of(*verdicts: str) -> list[str]:
    return [name for name, each in AUDITED.items() if each.row["verdict"] in verdicts]


def exact_values(audited: Audited) -> list[float]:
    """The plain numbers in the exact column, before anything it adds in brackets or behind a semicolon."""
    text = audited.row["exact"].split(";")[0].split("(")[0]
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?(?:e-?\d+)?", text)]


def test_every_figure_of_the_table_is_computed() -> None:
    assert AUDITED.keys() == FIGURES.keys()
    assert {each.row["verdict"] for each in AUDITED.values()} == VERDICTS.keys()


@pytest.mark.parametrize("name", of("exact", "rounds", "near"))
def test_the_figure_is_the_exact_one_of_the_table(name: str) -> None:
    ours = AUDITED[name].entry.ours()
    for value, exact in zip(ours, exact_values(AUDITED[name]), strict=False):
        assert value == pytest.approx(exact, rel=0 if isinstance(value, int) else 5e-3)


@pytest.mark.parametrize("name", of("exact", "rounds", "near", "convention"))
def test_the_figure_comes_out_as_the_notes_print_it(name: str) -> None:
    agreements = AUDITED[name].agreements
    allowed = {"exact": {"exact"}, "rounds": {"exact", "rounded"}}
    known = allowed.get(AUDITED[name].row["verdict"], {"exact", "rounded", "truncated"})
    assert agreements
    assert set(agreements) <= known


@pytest.mark.parametrize("name", of("convention"))
def test_what_another_convention_gives_is_not_what_ours_gives(name: str) -> None:
    each = AUDITED[name]
    assert each.entry.way
    assert each.entry.as_printed != each.entry.ours()


@pytest.mark.parametrize("name", sorted(ERRATA))
def test_an_erratum_is_one(name: str) -> None:
    each = AUDITED[name]
    assert each.row["note"]
    assert None in each.agreements or not each.parts


def test_claims_that_are_errata_do_not_hold() -> None:
    resnet50, resnet34 = FIGURES["004-r50-r34"].ours()
    assert resnet50 > resnet34  # the notes say fewer
    efficientnet_b7, resnet152 = FIGURES["004-b7-r152"].ours()
    assert efficientnet_b7 > 3 * resnet152  # the notes say the same
