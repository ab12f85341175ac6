"""The cases: every family makes networks that PyTorch runs, within their limits, and the same every time."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from cnncost.layers import REGISTRY
from cnncost.measurement.calibration.case import Case, Conditions
from cnncost.measurement.calibration.chains import FAMILIES, SHARES
from cnncost.measurement.calibration.draw import Draw
from cnncost.measurement.calibration.plan import SIZES, cases
from cnncost.measurement.calibration.reading import read_case
from cnncost.measurement.calibration.reference import Reference

SEVERAL = [
    Conditions(),
    Conditions(mode="train"),
    Conditions(dtype="bfloat16", channels_last=True),
    Conditions(dtype="bfloat16", channels_last=True, mode="train"),
]


def planned(kind: str, count: int, *conditions: Conditions) -> list[Case]:
    return [*islice(cases(kind, conditions or [Conditions()]), count)]


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_the_same_every_time(kind: str) -> None:
    assert planned(kind, 60) == planned(kind, 60)
    assert len({case.model_dump_json() for case in planned(kind, 60)}) == 60


def test_each_family_once_and_then_by_its_share() -> None:
    found = [case.chain.family for case in planned("cpu", 300)]
    families = len(FAMILIES)
    assert set(found[:families]) == set(FAMILIES) == set(SHARES)
    often = Counter(found)
    assert often["convolution"] > 3 * often["dilated"] >= 3


def test_the_first_conditions_have_the_most_cases() -> None:
    found = Counter(str(case.conditions) for case in planned("cpu", 120, *SEVERAL))
    assert len(found) == 4
    assert found[str(SEVERAL[0])] == pytest.approx(60, abs=3)  # three parts of six


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_no_case_is_larger_than_its_device_is_given(kind: str) -> None:
    for case in planned(kind, 100):
        graph = case.chain.graph()
        elements = sum(node.y.elements for node in graph.nodes)
        assert case.batch * elements <= SIZES[kind].most_elements
        assert case.batch in SIZES[kind].batches


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_family_is_called(family: str) -> None:
    chain = FAMILIES[family](Draw(family, 1))
    assert chain.family == family
    assert all(link.type in REGISTRY for link in chain.links)


@pytest.mark.parametrize("conditions", SEVERAL, ids=str)
def test_every_family_runs(conditions: Conditions) -> None:
    for family in FAMILIES:
        case = _smallest(family, conditions)
        found = read_case(case, "cpu", 0.0, Reference(lambda: 1.0))
        assert len(found.layers) == len(case.chain.links)
        assert all(layer.forward > 0 for layer in found.layers)
        if conditions.mode == "train" and family != "activation":
            assert any(layer.backward for layer in found.layers)
            assert found.optimizer_seconds is not None


def _smallest(family: str, conditions: Conditions) -> Case:
    """The smallest of the first networks of a family."""
    chains = [FAMILIES[family](Draw(family, number)) for number in range(30)]

    def size(chain: object) -> int:
        return sum(node.y.elements for node in chain.graph().nodes)  # type: ignore[attr-defined]

    return Case(chain=min(chains, key=size), batch=2, conditions=conditions)
