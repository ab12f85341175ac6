"""Data frames: a row for each layer, network or moment; whole numbers stay whole, and what is not known is missing."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pandas
import pytest

import cnncost
from cnncost.errors import SpecError
from cnncost.language.load import loads

SPEC = """
name: net
input: [3, 8, 8]
blocks:
  stem: [{conv: [4, 3]}, relu]
network: [stem, flatten, linear: 10]
"""
# Without padding: 3x8x8 -> 4x6x6 -> 144 -> 10.
CONV, HEAD = 4 * 3 * 9 + 4, 144 * 10 + 10


def test_a_report_has_a_row_for_each_layer() -> None:
    frame = cnncost.analyze(loads(SPEC), batch=2).to_pandas()
    assert frame.index.name == "layer"
    assert frame.index.tolist() == ["stem.conv", "stem.relu", "flatten", "linear"]
    assert frame["params"].tolist() == [CONV, 0, 0, HEAD]
    assert frame["macs"].tolist() == [2 * 36 * 4 * 27, 0, 0, 2 * 1440]
    assert frame["output_shape"].tolist() == [(2, 4, 6, 6), (2, 4, 6, 6), (2, 144), (2, 10)]
    assert frame["kernel"].tolist() == [(3, 3), None, None, None]
    assert frame.loc["stem.relu", "inputs"] == ("stem.conv",)
    assert frame.groupby("block", sort=False)["params"].sum().to_dict() == {"stem": CONV, "flatten": 0, "linear": HEAD}
    assert {str(frame[name].dtype) for name in ("params", "macs", "mac_operations", "layers")} == {"int64"}


def test_the_receptive_field_has_a_column_for_each_axis() -> None:
    frame = cnncost.analyze(loads(SPEC)).to_pandas()
    conv = frame.loc["stem.conv"]
    for axis in ("height", "width"):
        assert conv[f"receptive_field_size_{axis}"] == 3
        assert conv[f"receptive_field_jump_{axis}"] == 1.0
        assert conv[f"receptive_field_start_padding_{axis}"] == 0.0
        assert conv[f"receptive_field_center_{axis}"] == 1.0
    assert frame["receptive_field_aligned"].dtype == "bool"


def test_inputs_of_unlike_axes_have_columns_of_their_own() -> None:
    spec = """
input: {image: [3, 8, 6], sound: [2, 9]}
network:
  - {conv: [4, 3], from: image, name: seen}
  - {conv: [4, 5], from: sound, name: heard}
outputs: [seen, heard]
"""
    frame = cnncost.analyze(loads(spec)).to_pandas()
    seen, heard = frame.loc["seen"], frame.loc["heard"]
    assert (seen["receptive_field_input"], heard["receptive_field_input"]) == ("image", "sound")
    assert heard["receptive_field_size_length"] == 5
    assert pandas.isna(heard["receptive_field_size_width"])
    assert (seen["receptive_field_size_height"], seen["receptive_field_size_width"]) == (3, 3)
    assert frame["receptive_field_size_width"].dtype == "Int64"


def test_attributes_say_the_settings_and_the_units() -> None:
    frame = cnncost.analyze(loads(SPEC), batch=2, convention=["textbook", "fvcore"]).to_pandas()
    assert (frame.attrs["name"], frame.attrs["batch"], frame.attrs["convention"]) == ("net", 2, "textbook")
    units = frame.attrs["units"]
    assert (units["params"], units["macs"], units["flops"], units["kept_bytes"]) == (
        "parameters",
        "MACs",
        "FLOPs",
        "bytes",
    )
    assert (units["count:fvcore"], units["receptive_field_size_width"]) == ("MACs", "pixels")
    assert json.loads(json.dumps(frame.attrs)) == frame.attrs  # as Parquet keeps them
    counted = cnncost.analyze(loads(SPEC), convention="fvcore").to_pandas()
    assert counted.attrs["units"]["flops"] == "MACs"


def test_what_a_layer_leaves_unsaid_is_missing() -> None:
    spec = """
input: [3, 8, 8]
layers: {own: {output: input, parameters: 7}}
network: [{conv: [4, 3]}, own]
"""
    frame = cnncost.analyze(loads(spec)).to_pandas()
    assert frame["params"].tolist() == [CONV, 7]
    assert str(frame["macs"].dtype) == "Int64"
    assert frame["macs"].isna().tolist() == [False, True]
    assert frame["macs"].sum() == 36 * 4 * 27


def test_numbers_larger_than_64_bits_stay_exact() -> None:
    frame = cnncost.analyze("vgg16", batch=10**9).to_pandas()
    assert frame["macs"].sum() == 10**9 * 15_470_264_320 > 2**63  # though each of them has 63 bits at the most
    assert frame["params"].dtype == "int64"


def test_types_of_layers_are_rows_too() -> None:
    frame = cnncost.analyze("lenet5").by_type().to_pandas()
    assert frame.loc["linear", "layers"] == 3
    assert frame.loc["linear", "params"] == 400 * 120 + 120 + 120 * 84 + 84 + 84 * 10 + 10


def test_a_comparison_has_a_row_for_each_network() -> None:
    frame = cnncost.compare(["lenet5", "resnet18@batch=2"]).to_pandas()
    assert frame.index.tolist() == ["lenet5", "resnet18@batch=2"]
    assert frame["params"].tolist() == [61_706, 11_689_512]
    assert frame["params_ratio"].tolist() == [1.0, pytest.approx(11_689_512 / 61_706)]
    assert frame["batch"].tolist() == [1, 2]
    assert str(frame["kept_bytes_ratio"].dtype) == "float64"  # of nothing to nothing in inference
    assert frame["kept_bytes_ratio"].isna().all()
    assert frame.attrs["baseline"] == "lenet5"
    assert frame.attrs["units"]["peak_bytes"] == "bytes"


def test_the_memory_of_a_step_has_a_row_for_each_moment() -> None:
    memory = cnncost.memory(loads(SPEC), device="cpu")
    frame = memory.to_pandas()
    assert frame["phase"].drop_duplicates().tolist() == ["forward", "loss", "backward", "optimizer"]
    assert frame["peak_bytes"].max() == memory.peak_bytes == frame.attrs["peak_bytes"]
    kinds = [name for name in frame.columns if name.endswith("_bytes") and name != "peak_bytes"]
    assert (frame[kinds].sum(axis=1) == frame["peak_bytes"]).all()
    assert (frame["parameters_bytes"] == 4 * (CONV + HEAD)).all()
    assert (
        frame["optimizer_bytes"].max() == 2 * 4 * (CONV + HEAD) + 4 * 4
    )  # Adam's two moments, and a counter for each of four tensors


def test_a_graph_has_a_row_for_each_layer_with_its_fields() -> None:
    frame = cnncost.load("lenet5").to_pandas()
    assert frame.loc["conv", "fields"]["kernel"] == [5, 5]
    assert frame.loc["conv", "output_shape"] == [6, 28, 28]
    assert frame["trainable"].dtype == "bool"
    assert frame.attrs["inputs"] == {"input": [1, 32, 32]}


def test_the_latency_of_a_step_has_a_row_for_each_layer() -> None:
    latency = cnncost.latency("resnet18", "h200", batch=8)
    frame = latency.to_pandas()
    assert len(frame) == 69
    assert frame["seconds"].sum() == pytest.approx(latency.kernel_seconds)
    assert frame.loc["conv_bn.conv", "output_shape"] == (8, 64, 112, 112)
    assert frame["kernels"].dtype == "int64"
    assert (frame.attrs["name"], frame.attrs["device"]) == ("resnet18", "h200")


def test_attributes_are_plain_data() -> None:
    for result in (
        cnncost.memory("resnet18", checkpoint=["basic"]),
        cnncost.latency("lenet5", "h200"),
        cnncost.load("lenet5"),
    ):
        attrs = result.to_pandas().attrs
        assert json.loads(json.dumps(attrs)) == attrs


def test_architectures_are_rows() -> None:
    frame = cnncost.zoo("resnet*").to_pandas()
    assert frame.loc["resnet50", "params"] == 25_557_032
    assert str(frame["params"].dtype) == "int64"
    assert frame.attrs["mode"] == "infer"


def test_a_sweep_says_what_it_is_of() -> None:
    frame = cnncost.sweep("lenet5", vary={"batch": [1, 2]}).to_pandas()
    assert frame.attrs == {
        "name": "lenet5",
        "variables": ["batch"],
        "figures": ["params", "macs", "flops", "activation_bytes"],
    }


def test_csv_reads_back_as_the_same_figures() -> None:
    frame = cnncost.analyze("lenet5").to_pandas()
    again = pandas.read_csv(io.StringIO(frame.to_csv()), index_col="layer")
    whole = [name for name in frame.columns if frame[name].dtype == "int64"]
    assert again[whole].equals(frame[whole])


@pytest.mark.parametrize(
    "result",
    [
        lambda: cnncost.analyze("lenet5"),
        lambda: cnncost.compare(["lenet5", "alexnet"]),
        lambda: cnncost.memory("lenet5"),
        lambda: cnncost.latency("lenet5", "h200"),
        lambda: cnncost.load("lenet5"),
        lambda: cnncost.zoo("lenet*"),
        lambda: cnncost.sweep("lenet5", vary={"batch": [1]}),
    ],
)
def test_without_pandas_it_is_said_what_to_install(result: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = result()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SpecError) as caught:
        made.to_pandas()
    assert str(caught.value) == "error: a data frame needs pandas\n  = hint: install it: pip install pandas"
