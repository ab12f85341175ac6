"""Round trips, one network at a time; what is in the table already is not done again.

    python benchmarks/round_trips.py figures [NAME...] --out docs/measurements/round-trips.csv
    python benchmarks/round_trips.py outputs [NAME...] --out docs/measurements/round-trip-outputs.csv

`figures` exports a spec as PyTorch code, imports the file, writes the import as a spec and loads that. Equal must be
the totals of `FIGURES`, and the order of layers with weights or multiply-accumulates: each layer of the first spec is
one layer of the second or several that follow each other (attention, of products), with the same parameters, buffers,
multiply-accumulates and, where both have one, receptive field. Auxiliary heads, which do not run in evaluation, count
in the totals alone. Names may differ, and so may layers that compute nothing: identities, dropout, rearrangements,
slices and padding that stands apart. So `activations` says whether these bytes are equal as a whole, equal for the
layers that compute something, or how they differ: an addition of n inputs is n - 1 additions in PyTorch, attention its
products.

`outputs` imports a model of torchvision, writes it as a spec, builds a module of that, copies the weights by their
names in the module tree or, where some differ, in their order, and compares what both give in evaluation.
"""

from __future__ import annotations

import argparse
import csv
import gc
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from cnncost import __version__, analyze, build, export, load, write_spec
from cnncost.errors import SpecError
from cnncost.language.library import architectures
from cnncost.language.load import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.graph.graph import Graph
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

FIGURES = ("params", "trainable_params", "buffers", "macs", "flops")
COLUMNS = ("name", "verdict", "activations", "seconds", "date", "cnncost", "torch")

MODELS = {
    **dict.fromkeys(["alexnet", "squeezenet1_0", "squeezenet1_1", "googlenet", "efficientnet_b0"], 64),
    **dict.fromkeys(["vgg11", "vgg11_bn", "vgg16", "resnet18", "resnet34", "resnet50", "resnext50_32x4d"], 32),
    **dict.fromkeys(["wide_resnet50_2", "densenet121", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large"], 32),
    **dict.fromkeys(["mnasnet0_5", "mnasnet1_0", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "regnet_y_400mf"], 32),
    **dict.fromkeys(["convnext_tiny", "regnet_x_400mf"], 32),
    "inception_v3": 96,
}
"""Models of torchvision, and the side of an image that is small for them."""


def main() -> None:
    """Do the round trips that are not in the table, the smallest networks first."""
    options = _options()
    check, known = (round_trip, _smallest_first()) if options.what == "figures" else (outputs, [*MODELS])
    done = {row["name"]: row for row in _read(options.out)} if options.out.exists() else {}
    chosen = options.names or known
    for place, name in enumerate(chosen, 1):
        if name not in done or (options.again and done[name]["verdict"] != "equal"):
            done[name] = _row(name, check)
            _write(options.out, list(done.values()))
        print(f"{place}/{len(chosen)} {' '.join(list(done[name].values())[:4])} s", flush=True)
    equal = sum(done[name]["verdict"] == "equal" for name in chosen)
    print(f"{equal} of {len(chosen)} equal")


def round_trip(name: str) -> tuple[str, str]:
    """Whether a spec comes back as it was, and whether its activations do: ``equal``, or the first difference."""
    graph = load(name)
    with tempfile.TemporaryDirectory() as folder:
        imported = _imported(graph, Path(folder, f"{name}.py"))
    again = loads(write_spec(imported), name)
    first, second = analyze(graph), analyze(again)
    return next(differences(graph, first, again, second), "equal"), _activations(first, second)


def outputs(name: str) -> tuple[str, str]:
    """Whether a model of torchvision and what comes of it give the same; the bytes of activations are not compared."""
    side = MODELS[name]
    graph = loads(write_spec(load(f"torchvision:{name}", input=[3, side, side])), name)
    import torchvision  # after the importer has declared what torchvision's compiled part lacks

    torch.manual_seed(0)
    settings = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    theirs = torchvision.models.get_model(name, weights=None, **settings).eval()
    ours = build(graph).eval()
    _copy_weights(theirs, ours)
    x = torch.randn(2, 3, side, side)
    with torch.no_grad():
        expected, found = theirs(x), ours(x)
    scale = float(expected.abs().max())
    difference = float((found - expected).abs().max()) / scale
    return "equal" if difference < 1e-5 and scale > 0 else f"outputs differ by {difference:.1e} of the largest", ""


def _imported(graph: Graph, path: Path) -> Graph:
    """What is imported of the file that a graph is exported as."""
    text = export(graph, "pytorch")
    assert isinstance(text, str)
    path.write_text(text)
    factory = [line for line in text.splitlines() if line.startswith("def ")][-1].removeprefix("def ").partition("(")[0]
    shapes = {graph.nodes[number].name: list(graph.nodes[number].y.dims) for number in graph.inputs}
    return load(f"{path}:{factory}", input=shapes if len(shapes) > 1 else next(iter(shapes.values())))


def differences(graph: Graph, first: Report, again: Graph, second: Report) -> Iterator[str]:
    """What is not equal in two reports, in words."""
    for figure in FIGURES:
        before, after = getattr(first.totals, figure), getattr(second.totals, figure)
        if before != after:
            yield f"{figure}: {before} became {after}"
    reached = dict(_running_totals(again, second))
    last = (0, 0, 0)
    for total, row in _running_totals(graph, first):
        if total not in reached or total < last:
            yield f"no layer or run of layers for `{row.name}`"
        elif _field(row) and _field(reached[total]) and _field(row) != _field(reached[total]):
            yield f"receptive field of `{row.name}`: {_field(row)} became {_field(reached[total])}"
        last = total


def _running_totals(graph: Graph, report: Report) -> Iterator[tuple[tuple[int, int, int], Row]]:
    """Parameters, buffers and multiply-accumulates up to each layer that has some, auxiliary heads left out."""
    params = buffers = macs = 0
    for node, row in zip(graph.layers, report.rows, strict=True):
        figures = row.figures
        if not node.auxiliary and (figures.params or figures.macs):
            params, buffers, macs = params + figures.params, buffers + figures.buffers, macs + figures.macs
            yield (params, buffers, macs), row


def _field(row: Row) -> tuple[object, ...] | None:
    """Size, jump and padding of a receptive field that has all of them."""
    field = row.receptive_field
    return None if field is None or field.jump is None else (field.size, field.jump, field.start_padding)


def _activations(first: Report, second: Report) -> str:
    before, after = first.totals.activation_bytes, second.totals.activation_bytes
    if before == after:
        return "equal"
    computed = [
        sum([row.figures.activation_bytes for row in report.rows if row.figures.flops]) for report in (first, second)
    ]
    if computed[0] == computed[1]:
        return "equal where something is computed"
    return f"{before} became {after} bytes"


def _copy_weights(theirs: torch.nn.Module, ours: torch.nn.Module) -> None:
    """Copy every tensor to that of the same name, or in their order where some names differ.

    Only what does not run in evaluation may be left over.

    Raises:
        SpecError: the tensors have other shapes.
    """
    weights, places = _running(theirs), _running(ours)
    names = weights if weights.keys() == places.keys() else places
    found = dict(zip(names, weights.values(), strict=False))
    shapes = [{name: tensor.shape for name, tensor in tensors.items()} for tensors in (found, places)]
    if len(weights) != len(places) or shapes[0] != shapes[1]:
        raise SpecError("the weights have other shapes, or another order")
    ours.load_state_dict(found, strict=False)


def _running(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of a module without those of auxiliary heads."""
    heads = ("AuxLogits.", "aux1.", "aux2.")
    return {name: tensor for name, tensor in module.state_dict().items() if not name.startswith(heads)}


def _smallest_first() -> list[str]:
    return sorted(architectures(), key=lambda name: len(load(name).nodes))


def _row(name: str, check: object) -> dict[str, str]:
    started = time.perf_counter()
    try:
        verdict, activations = check(name)  # type: ignore[operator]
    except SpecError as error:
        verdict, activations = " ".join(str(error).split()), ""
    gc.collect()
    seconds, date = f"{time.perf_counter() - started:.1f}", f"{datetime.now(UTC):%Y-%m-%d}"
    return dict(zip(COLUMNS, (name, verdict, activations, seconds, date, __version__, torch.__version__), strict=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["figures", "outputs"])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="do those again that were not equal")
    return parser.parse_args()


def _read(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def _write(table: Path, rows: list[dict[str, str]]) -> None:
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
