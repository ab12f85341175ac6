"""Pages from Python: what they take, what they refuse."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import cnncost
from cnncost import SpecError

if TYPE_CHECKING:
    from pathlib import Path


def data_of(text: str) -> dict[str, Any]:
    """The data of a page."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_one_network_or_several() -> None:
    assert [each["title"] for each in data_of(cnncost.page("lenet5"))["networks"]] == ["lenet5"]
    several = data_of(cnncost.page(["lenet5", cnncost.load("alexnet"), "lenet5"]))["networks"]
    assert [each["title"] for each in several] == ["lenet5", "alexnet", "lenet5 (3)"]


def test_settings_are_those_of_analyze() -> None:
    settings: dict[str, Any] = {
        "batch": 4,
        "dtype": "float16",
        "mode": "train",
        "optimizer": "sgd",
        "convention": "fvcore",
    }
    (network,) = data_of(cnncost.page("lenet5", input=[1, 64, 64], **settings))["networks"]
    report = cnncost.analyze("lenet5", input=[1, 64, 64], **settings)
    assert network["totals"] == dict(report.totals)
    assert network["settings"] == report.settings.to_dict()
    assert network["figures"]["flops"]["heading"] == "MACs"


def test_a_network_may_run_otherwise() -> None:
    (first, second) = data_of(cnncost.page(["lenet5", "lenet5@batch=8;mode=train"], batch=2))["networks"]
    assert first["settings"]["batch"] == 2
    assert (second["settings"]["batch"], second["settings"]["mode"]) == (8, "train")


def test_the_step_runs_on_the_device_and_in_the_memory() -> None:
    (network,) = data_of(cnncost.page("lenet5", device="cpu", memory="1KiB", batch=2))["networks"]
    expected = cnncost.memory("lenet5", device="cpu", mode="infer", batch=2, memory="1KiB")
    step = network["steps"][0]
    assert step["peak_bytes"] == expected.peak_bytes
    assert step["verdict"].startswith("does not fit in ")


def test_a_dtype_of_inference_has_a_step_of_inference_only() -> None:
    (network,) = data_of(cnncost.page("lenet5", dtype="int8"))["networks"]
    assert [step["mode"] for step in network["steps"]] == ["infer"]


def test_a_page_is_written_in_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before")
    cnncost.write_page("lenet5", path)
    assert path.read_text(encoding="utf-8") == cnncost.page("lenet5")


@pytest.mark.parametrize(
    ("specs", "settings", "message"),
    [
        ([], {}, "there is no network to show"),
        (7, {}, "`specs` must be"),
        (["lenet5", 7], {}, "a spec must be"),
        ("lenet55", {}, "did you mean `lenet5`"),
        ("lenet5", {"batch": 0}, "batch"),
        ("lenet5", {"device": "rtx4091"}, "rtx4091"),
        ("lenet5", {"memory": "24 bananas"}, "bananas"),
        ("lenet5", {"convention": "nothing"}, "nothing"),
        ("lenet5", {"dtype": "int8", "mode": "train"}, "int8 is an inference type"),
    ],
)
def test_what_is_refused(specs: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=re.escape(message)):
        cnncost.page(specs, **settings)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot write"):
        cnncost.write_page("lenet5", tmp_path / "nowhere" / "page.html")
    with pytest.raises(SpecError, match="`path` must be"):
        cnncost.write_page("lenet5", 7)  # type: ignore[arg-type]
