"""The architectures that ship: their figures are PyTorch's, and what they expect of themselves is right."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cnncost import compare_published
from cnncost.language import library
from cnncost.language.document.document import read_document
from cnncost.language.load import load
from cnncost.language.yaml.reader import parse

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph

DATA = Path(__file__).parent / "data"
SPECS = library.files()
DESIGN = sorted((DATA / "design").glob("*.yaml"))
MODELINE = "# yaml-language-server: $schema=../../docs/spec.schema.json"


class Figures(NamedTuple):
    """What the tables say of a network."""

    params: int
    buffers: int | None
    macs: int | None


class Ours(NamedTuple):
    """The network of ours that a row of the reference table describes."""

    name: str
    set: dict[str, Any] | None = None
    input: list[int] | dict[str, list[int]] | None = None


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def whole(text: str) -> int | None:
    """A figure of a table; some of them are not given."""
    return int(text) if text else None


def counted(graph: Graph) -> Figures:
    """The figures of a graph: of weights where they are owned, of operations in inference."""
    owners = [node for node in graph.nodes if node.owns_weights]
    return Figures(
        sum(node.parameters() for node in owners),
        sum(sum(node.buffers()) for node in owners),
        sum(node.operations().mac for node in graph.nodes if not node.auxiliary),
    )


def input_shape(graph: Graph) -> str:
    """The inputs' shapes as the tables write them, a batch of one."""
    return " + ".join("x".join(map(str, (1, *graph.nodes[number].y.dims))) for number in graph.inputs)


def by_model(table: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """The rows of the reference by model, and by its input too where a model has several of them."""
    count = Counter(row["model"] for row in table)
    return {f"{row['model']} {row['input_shape']}" if count[row["model"]] > 1 else row["model"]: row for row in table}


def crops(model: str, name: str, **frames: int) -> dict[str, Ours]:
    """A video network of ours for the rows of a model: crops of 224 for training, and of 256 for tests."""
    found = {}
    for size in (224, 256):
        shapes = {pathway: [3, count, size, size] for pathway, count in frames.items()}
        written = " + ".join(f"1x3x{count}x{size}x{size}" for count in frames.values())
        found[f"{model} {written}"] = Ours(name, input=shapes)
    return found


EXPECTED = {row["name"]: row for row in rows(DATA / "expected_counts.csv")}
REFERENCE = by_model(rows(DATA / "reference" / "counts.csv"))

# A network of ours for every row of the reference that does not have the row's name.
OURS = {
    "torchvision alexnet": Ours("alexnet_torchvision"),
    "torchvision efficientnet_b2": Ours("efficientnet_b2", input=[3, 288, 288]),  # its weights were trained at 288
    "torchvision googlenet": Ours("googlenet", set={"heads": False}),
    "timm legacy_xception": Ours("xception"),
    "timm mobilenetv1_100": Ours("mobilenet_v1"),
    "timm tf_efficientnet_b0": Ours("efficientnet_b0"),
    "timm tf_mobilenetv3_large_100": Ours("mobilenet_v3_large"),
    "timm legacy_senet154": Ours("senet154"),
    "timm legacy_seresnet50": Ours("seresnet50_v1"),
    "timm seresnet50": Ours("seresnet50"),
    "CBAM-ResNet-50": Ours("cbam_resnet50"),
    "U-Net 64-base, 3 -> 2 classes, padded, batch norm": Ours("unet"),
    "C3D (8 convs, two fc 4096, 101 classes)": Ours("c3d"),
    **crops("pytorchvideo C2D R50 8x8", "c2d_r50", input=8),
    **crops("pytorchvideo I3D R50 8x8", "i3d_r50", input=8),
    **crops("pytorchvideo Slow R50 4x16", "slow_r50_4x16", input=4),
    **crops("pytorchvideo Slow R50 8x8", "slow_r50", input=8),
    **crops("pytorchvideo SlowFast R50 4x16", "slowfast_r50_4x16", slow=4, fast=32),
    **crops("pytorchvideo SlowFast R50 8x8", "slowfast_r50", slow=8, fast=32),
}


@pytest.mark.parametrize("name", library.names())
def test_a_network_has_the_figures_that_pytorch_counts_and_expects_them(name: str) -> None:
    graph = load(name)
    row = EXPECTED[graph.name]
    assert input_shape(graph) == row["input_shape"]
    assert counted(graph) == Figures(int(row["params"]), int(row["buffers"]), int(row["macs"]))
    assert graph.expect is not None
    assert (graph.expect.params, graph.expect.macs) == (int(row["params"]), int(row["macs"]))
    assert graph.expect.source
    assert graph.warnings == ()  # the spec holds nothing that nothing uses


@pytest.mark.parametrize("model", REFERENCE)
def test_a_network_has_the_figures_of_the_reference(model: str) -> None:
    row = REFERENCE[model]
    ours = OURS.get(model) or Ours(model.removeprefix("torchvision "))
    graph = load(ours.name, set=ours.set, input=ours.input)
    assert input_shape(graph) == row["input_shape"]
    reference = Figures(int(row["params"]), whole(row["buffers"]), whole(row["macs_conv_linear"]))
    for mine, theirs in zip(counted(graph), reference, strict=True):
        assert theirs is None or mine == theirs


def test_every_row_of_the_tables_is_of_a_network_that_ships() -> None:
    names = library.names()
    assert names.keys() >= EXPECTED.keys()
    assert OURS.keys() <= REFERENCE.keys()


@pytest.mark.parametrize("path", DESIGN, ids=lambda path: path.stem)
def test_the_languages_reference_specs_have_the_same_figures(path: Path) -> None:
    document = read_document(parse(path.read_bytes(), path.name), path.name)
    for name in (path.stem, *document.variants):
        row = EXPECTED[name]
        graph = load(f"{path}@{name}")
        assert graph.name == name
        assert counted(graph) == Figures(int(row["params"]), int(row["buffers"]), int(row["macs"]))


def test_no_two_networks_have_one_name() -> None:
    names: Counter[str] = Counter()
    for path in SPECS:
        document = read_document(parse(path.read_bytes(), path.name), path.name)
        assert document.name is not None
        names.update({path.stem, document.name})  # a file may be called what its network is
        names.update(list(document.variants))
    assert [name for name, count in names.items() if count > 1] == []
    assert names.keys() == library.names().keys()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_spec_names_its_schema_and_its_source(path: Path) -> None:
    first, *_ = path.read_text(encoding="utf-8").splitlines()
    assert first == MODELINE
    assert (path.parent / MODELINE.partition("=")[2]).is_file()
    assert load(str(path)).source


def test_notes_are_on_the_published_figures_that_are_not_the_exact_ones_and_on_no_others() -> None:
    claims = compare_published([graph for graph in map(load, library.architectures()) if graph.published]).claims
    noted = [(claim.network, claim.printed.source) for claim in claims if claim.printed.note]
    disagreeing = [
        (claim.network, claim.printed.source)
        for claim in claims
        if any(judged and judged.agreement is None for judged in (claim.params_judged, claim.flops_judged))
    ]
    assert noted == disagreeing
