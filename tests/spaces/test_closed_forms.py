"""Closed forms give what `analyze` gives, at every size for which they hold, and say where that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost import SpecError, analyze, closed_forms

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = ("params", "macs", "flops", "activation_bytes", "im2col_bytes")
SIZES = (64, 95, 96, 160, 225, 256)


def analyzed(spec: str, batch: int, size: int) -> dict[str, int | None] | None:
    """The totals at a size; nothing where the network does not take it."""
    try:
        totals = analyze(spec, batch=batch, input=[3, size, size]).totals
    except SpecError:
        return None
    return {name: totals[name] for name in FIGURES}


@pytest.mark.parametrize("spec", ["resnet18", "mobilenet_v2", "unet", "googlenet", "vit_b_16"])
def test_they_are_what_analyze_says(spec: str) -> None:
    forms = closed_forms(spec, ["batch", "resolution"], figures=FIGURES, batch=2)
    grid = forms.compile()
    checked = 0
    for size in SIZES:
        found = analyzed(spec, 5, size)
        numbers = {"B": [5], "R": [size]}
        if found is None or not grid.holds(numbers)[0]:
            continue
        checked += 1
        assert {name: values[0] for name, values in grid(numbers).items()} == found, size
        for form in forms.forms:
            if form.steps["R"].includes(size) and all(each.holds({"B": 5, "R": size}) for each in form.besides):
                assert evaluated(form.polynomial, {"B": 5, "R": size}) == found[form.name], (form.name, size)
    assert checked >= 3


def evaluated(formula: Any, numbers: dict[str, int]) -> Any:
    return formula.evaluate(numbers) if hasattr(formula, "evaluate") else formula


def test_resnet50_in_letters() -> None:
    """He et al. 2016 have 3.8e9 multiply-adds at 224 x 224; the head is 2048 x 1000 of them, whatever the size."""
    form = closed_forms("resnet50", ["batch", "input"], figures=["macs"]).form("macs")
    assert str(form.polynomial) == "81,456·B·H·W + 2,048,000·B"
    assert form.holds == ("H a multiple of 32", "W a multiple of 32")
    assert form.value == 81_456 * 224 * 224 + 2_048_000
    assert [(each.floor, each.layer) for each in form.roundings][:2] == [
        ("⌈H/2⌉", "conv_bn.conv"),
        ("⌈H/4⌉", "maxpool"),
    ]


def test_by_hand(tmp_path: Path) -> None:
    """3 x width kernels of 3 x 3 without bias, at stride 2 with padding 1: 27 width weights, each at ⌈H/2⌉ x ⌈W/2⌉."""
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "vars: {width: 8}\ninput: [3, 32, 48]\n"
        "network: [{conv: {out: width, kernel: 3, stride: 2, padding: 1, bias: false}}]\n"
    )
    forms = closed_forms(spec, ["batch", "input", "width"], figures=["params", "macs", "activation_bytes"])
    assert [str(form.formula) for form in forms.forms] == [
        "27·width",
        "27·B·width·⌈H/2⌉·⌈W/2⌉",
        "4·B·width·⌈H/2⌉·⌈W/2⌉",
    ]
    assert str(forms.form("macs").polynomial) == "(27/4)·B·H·W·width"
    assert [(letter.symbol, letter.number) for letter in forms.letters] == [
        ("B", 1),
        ("H", 32),
        ("W", 48),
        ("width", 8),
    ]
    assert forms.to_dict()["formulas"][1]["terms"] == [
        {"coefficient": "27/4", "powers": {"B": 1, "H": 1, "W": 1, "width": 1}}
    ]


def test_a_width_with_a_fraction_stops_at_its_rounding(tmp_path: Path) -> None:
    """32 w channels, rounded to multiples of 8: 9 x 3 x 32 w = 864 w weights where 4 w is whole."""
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "vars: {w: 1.5}\ninput: [3, 32, 32]\n"
        'network: [{conv: {out: "make_divisible(32 * w, 8)", kernel: 3, bias: false}}]\n'
    )
    form = closed_forms(spec, ["w"], figures=["params"]).form("params")
    assert (str(form.formula), str(form.polynomial)) == ("216·⌊(32·w + 4)/8⌋", "864·w")
    assert form.steps["w"].step * 4 == 1
    for width in (0.5, 0.75, 2.0, 3.25):
        assert form.polynomial.evaluate({"w": width}) == analyze(spec, set={"w": width}).totals.params


def test_the_memory_of_a_step_too() -> None:
    form = closed_forms("resnet18", ["batch"], figures=["peak_bytes"], batch=8, mode="train").form("peak_bytes")
    steps = form.steps["B"]
    for batch in (steps.first, steps.first + steps.step):
        expected = analyze("resnet18", batch=int(batch), mode="train").totals["peak_bytes"]
        if all(condition.holds({"B": batch}) for condition in form.besides):
            assert form.polynomial.evaluate({"B": batch}) == expected
    assert form.value == analyze("resnet18", batch=8, mode="train").totals["peak_bytes"]


@pytest.mark.parametrize(
    ("spec", "letters", "message"),
    [
        ("resnet50", ["btach"], "there is no `btach` to write formulas in; did you mean `batch`?"),
        ("resnet50", ["depths"], "`depths` is not a number above 0, and formulas are written in numbers"),
        ("resnet50", ["batch", "batch"], "`B` stands for two things"),
        ("resnet50", ["resolution", "input.image"], "there is no input `image`"),
        ("slowfast_r50", ["input"], "the network has 2 inputs"),
        ("r3d_18", ["resolution"], "`resolution` is one size, and the input is of 16x112x112"),
        ("torchvision:resnet50", ["batch"], "formulas are written of specs"),
    ],
)
def test_refused(spec: str, letters: list[str], message: str) -> None:
    with pytest.raises(SpecError) as raised:
        closed_forms(spec, letters)
    assert message in str(raised.value)


def test_how_many_layers_there_are_is_no_formula(tmp_path: Path) -> None:
    """The number of turns of a loop is decided, and holds for the present number alone."""
    spec = tmp_path / "net.yaml"
    spec.write_text("vars: {depth: 3}\ninput: [8, 8, 8]\nnetwork: [{conv: {out: 8, kernel: 1}, repeat: depth}]\n")
    form = closed_forms(spec, ["depth"], figures=["params"]).form("params")
    assert (form.value, form.polynomial, form.holds) == (
        216,
        216,
        ("depth from 3 on", "−depth + 40,999 ≥ 0", "depth − 3 = 0"),
    )
