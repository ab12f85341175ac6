"""Predictions beside measurements: by which profile, of the step and of every layer, kept and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnncost import latency, verify
from cnncost.errors import SpecError
from cnncost.measurement.devices import Machine
from cnncost.measurement.predicted import profile_for
from cnncost.measurement.results import Latency
from cnncost.render import render
from cnncost.render.views.evidence.verify import verification_document
from cnncost.verification.records import read, save

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.verification.result import Verification


def machine(device: str, name: str) -> Machine:
    return Machine(device=device, name=name, driver="", torch="2.13.0", date="")


@pytest.mark.parametrize(
    ("device", "name", "profile"),
    [
        ("cuda:0", "NVIDIA H200", "h200"),
        ("cuda:0", "NVIDIA GeForce RTX 4090", ""),  # whose datasheet bounds, and predicts nothing
        ("cuda:0", "NVIDIA Unheard-of", ""),
        ("cpu", "NVIDIA H200", ""),
    ],
)
def test_a_card_that_was_measured_has_its_profile(device: str, name: str, profile: str) -> None:
    assert profile_for("", machine(device, name)) == profile
    assert profile_for("h200", machine(device, name)) == "h200"


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("rtx4090", "an NVIDIA GeForce RTX 4090 is known by its datasheet alone"),
        ("missing.yaml", "there is no file `missing.yaml`"),
        ("h300", "no card is known as `h300`"),
    ],
)
def test_a_profile_that_predicts_nothing_is_refused(profile: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        verify("lenet5", device="cpu", profile=profile)
    assert message in str(caught.value)


@pytest.fixture(scope="module", params=["infer", "train"])
def verified(request: pytest.FixtureRequest) -> Verification:
    return verify("lenet5", device="cpu", profile="h200", batch=4, mode=request.param, seconds=0.01)


def test_the_prediction_is_that_of_latency(verified: Verification) -> None:
    measured, mode = verified.latency, verified.settings.mode
    assert isinstance(measured, Latency)
    assert measured.predicted is not None
    assert measured.layers is not None
    report = latency("lenet5", "h200", batch=4, mode=mode)
    assert measured.predicted.seconds == report.seconds
    assert (measured.predicted.low_seconds, measured.predicted.high_seconds) == report.interval
    predicted = {layer.name: layer.seconds for layer in report.layers}
    assert {layer.name: layer.predicted_seconds for layer in measured.layers} == {
        layer.name: predicted[layer.name] for layer in measured.layers
    }


def test_both_are_shown_and_kept(verified: Verification, tmp_path: Path) -> None:
    text = render(verification_document([verified]), "markdown")
    assert "predicted for h200" in text
    assert "what was predicted" in text
    file = tmp_path / "found.json"
    save(file, [verified])
    (kept,) = read(file).networks
    assert isinstance(kept.latency, Latency)
    assert kept.latency.predicted is not None
    assert isinstance(verified.latency, Latency)
    assert kept.latency.predicted.profile == "h200"
    assert kept.latency.layers is not None
    assert all(layer.predicted_seconds is not None for layer in kept.latency.layers)


def test_without_a_profile_there_is_no_prediction() -> None:
    measured = verify("lenet5", device="cpu", seconds=0.01, per_layer=False).latency
    assert isinstance(measured, Latency)
    assert "predicted" not in measured.model_dump()
