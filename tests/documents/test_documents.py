"""The documents of all commands: what is printed is valid and comes back as it was; what nobody prints is refused."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from typer.testing import CliRunner

from cnncost import Report, analyze, read_document
from cnncost.api.documents import json_schema, kinds
from cnncost.cli.app import app
from cnncost.cli.commands.catalogue import schema as command
from cnncost.documents import AnalysisDocument, ZooDocument
from cnncost.errors import SpecError
from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.metrics.estimate import ESTIMATES
from cnncost.metrics.metric import Unit, metric
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.metrics.step_memory import STEP_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cnncost.metrics import Analysis

PRINTED = {
    "analyze lenet5": "AnalysisDocument",
    "analyze small_resnet --algorithms --sort macs --top 2": "AnalysisDocument",
    "analyze small_resnet --algorithms --by type": "AnalysisDocument",
    "analyze resnet50 --convention all --depth 2": "AnalysisDocument",
    "analyze googlenet --mode train --optimizer lion --batch 32": "AnalysisDocument",
    "analyze lenet5 --dtype int8": "AnalysisDocument",
    "analyze slowfast_r50 --convention macs,fvcore": "AnalysisDocument",
    "analyze slowfast_r50 --depth 1": "AnalysisDocument",
    "analyze resnet50@classes=10 --batch 1000000000": "AnalysisDocument",
    "analyze fractions.yaml --depth all": "AnalysisDocument",
    "compare resnet18 resnet50 --dtype int8": "ComparisonDocument",
    "compare lenet5 lenet5 alexnet --baseline alexnet --convention all": "ComparisonDocument",
    "compare resnet18 resnet50 --stages": "StageComparisonDocument",
    "compare lenet5 resnet18 --stages --mode train --baseline resnet18": "StageComparisonDocument",
    "compare alexnet resnet50 fractions.yaml --published": "PublishedComparisonDocument",
    "memory resnet18 --batch 8 --optimizer sgd --amp bf16 --memory 24GiB": "MemoryDocument",
    "memory two.yaml --mode infer --device cpu --memory 10": "MemoryDocument",
    "fit resnet18 --memory 2GiB --optimizer sgd --device cpu": "FitDocument",
    "fit two.yaml --mode infer --memory 100": "FitDocument",
    "latency resnet18 --device h200 --mode train --batch 8": "LatencyDocument",
    "latency fractions.yaml --device rtx4090": "LatencyDocument",
    "check lenet5 --max-params 50K --max-memory 1GB --max optimizer_bytes=1": "CheckDocument",
    "check lenet5 --dtype int8 --max optimizer_bytes=1": "CheckDocument",
    "explain conv --input 64,56,56 --set out=128,kernel=3,padding=1": "LayerExplanationDocument",
    "explain slowfast_r50 conv --convention fvcore": "LayerExplanationDocument",
    "explain fractions.yaml conv_2 --dtype int8": "LayerExplanationDocument",
    "explain resnet50 --mode train": "SumExplanationDocument",
    "explain resnet50 stage[0] --total macs": "SumExplanationDocument",
    "explain lenet5 --symbolic batch,resolution --total params,macs": "ClosedFormsDocument",
    "explain alexnet --symbolic input --convention fvcore": "ClosedFormsDocument",
    "verify lenet5 fractions.yaml --device meta": "VerificationDocument",
    "verify fractions.yaml --device cpu --memory --per-layer --seconds 0.01": "VerificationDocument",
    "verify lenet5 --device cpu --mode train --memory --per-layer --seconds 0.01": "VerificationDocument",
    "reconcile resnet50 3.8G --top 1": "ReconciliationDocument",
    "reconcile lenet5": "ReconciliationDocument",
    "sweep mobilenet_v2 --vary alpha=0.5,1.0 --vary batch=1,8 --pareto macs,max:params": "SweepDocument",
    "sweep lenet5 --vary input=1x2x2,1x32x32 --vary batch=1 --score macs/params --where macs>0": "SweepDocument",
    "zoo": "ZooDocument",
    "zoo --frontier": "ZooDocument",
    "conventions": "ConventionsDocument",
    "conventions textbook": "ConventionDocument",
    "conventions torchinfo": "ConventionDocument",
}
"""Commands, and the kind of document that each prints."""

FRACTIONS = """\
input: [3, 8, 8]
network:
  - conv: {out: 4, kernel: 3, padding: 1}
  - upsample: {scale: 3}
  - conv: {out: 4, kernel: 3, padding: 1}
"""
"""A network whose receptive fields have fractions in them."""

TWO = """\
input: {left: [3, 8, 8], right: [3, 8, 8]}
network:
  - {add, from: [left, right]}
  - relu
"""
"""A network with two inputs."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fractions.yaml").write_text(FRACTIONS)
    (tmp_path / "two.yaml").write_text(TWO)
    monkeypatch.chdir(tmp_path)


def printed(line: str) -> str:
    """What a command prints; its exit code may say that a check failed or that nothing was found."""
    result = CliRunner().invoke(app, [*line.split(), "--format", "json"])
    assert result.exit_code in (0, 1), result.output
    return result.stdout


@pytest.mark.parametrize(("line", "kind"), PRINTED.items())
def test_what_is_printed_is_valid_and_comes_back(line: str, kind: str) -> None:
    text = printed(line)
    document = read_document(text)
    assert type(document).__name__ == kind
    assert json.loads(document.model_dump_json()) == json.loads(text)
    assert type(document).model_validate_json(text) == document
    Draft202012Validator(json_schema(line.split(maxsplit=1)[0])).validate(json.loads(text))


def test_every_kind_is_printed_above() -> None:
    assert {kind.__name__ for forms in kinds().values() for kind in forms} == set(PRINTED.values())
    assert {line.split()[0] for line in PRINTED} == kinds().keys() == set(command.COMMANDS)


@pytest.mark.parametrize("name", command.COMMANDS)
def test_a_schema_is_one_and_describes_every_field(name: str) -> None:
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    parts = [schema, *schema.get("$defs", {}).values()]
    for part in parts:
        assert part.get("description") or "anyOf" in part
        for field, described in part.get("properties", {}).items():
            assert described.get("description"), field
            assert "\n" not in described["description"]


# What no command prints. Every change is made at every place of a document, and model and schema must agree on it.

SMALL = (
    "analyze fractions.yaml --algorithms --convention macs,fvcore",
    "analyze two.yaml",
    "compare lenet5 fractions.yaml --convention macs,fvcore",
    "compare lenet5 fractions.yaml --stages",
    "compare alexnet --published",
    "check lenet5 --max-params 50K",
    "memory two.yaml --memory 1GB",
    "fit fractions.yaml --memory 1GiB",
    "latency two.yaml --device h200 --mode train",
    "explain fractions.yaml conv",
    "explain fractions.yaml --total params",
    "explain fractions.yaml --symbolic batch --total macs",
    "verify fractions.yaml --device cpu --memory --per-layer --seconds 0.01",
    "reconcile lenet5 61706 --top 1",
    "sweep lenet5 --vary batch=1,2 --pareto macs --top 1 --by macs",
    "zoo lenet5",
    "conventions",
    "conventions torch",
)
UNLIKE_ANY = {"unlike": {"any": "field"}}


def test_every_kind_is_changed() -> None:
    assert {PRINTED.get(line) or type(read_document(printed(line))).__name__ for line in SMALL} == set(PRINTED.values())


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all values, of a list the first alone."""
    children = data.items() if isinstance(data, dict) else enumerate(data[:1]) if isinstance(data, list) else ()
    for key, value in children:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(data: Any, path: Sequence[str | int]) -> Any:
    for key in path:
        data = data[key]
    return data


def changed(data: Any, path: Sequence[str | int], value: Any) -> Any:
    """A copy of the data with another value at a place."""
    data = copy.deepcopy(data)
    at(data, path[:-1])[path[-1]] = value
    return data


def of_another_type(value: Any) -> Any:
    return 9 if isinstance(value, str) else str(value)


class Judges:
    """The model and the schema of a document, which must be of one mind."""

    def __init__(self, line: str) -> None:
        self.data = json.loads(printed(line))
        self.kind = type(read_document(self.data))
        self.validator = Draft202012Validator(json_schema(line.split(maxsplit=1)[0]))

    def accept(self, data: Any) -> bool:
        try:
            self.kind.model_validate(data)
        except ValidationError:
            accepted = False
        else:
            accepted = True
        assert accepted == self.validator.is_valid(data)
        return accepted


@pytest.mark.parametrize("line", SMALL)
def test_what_is_of_the_wrong_type_is_refused(line: str) -> None:
    judges = Judges(line)
    assert judges.accept(judges.data)
    for path in places(judges.data):
        assert not judges.accept(changed(judges.data, path, UNLIKE_ANY)), path
        is_of_many_kinds = path[:3] == ("points", 0, "variables") and len(path) > 3  # a number, a word, a shape
        if (value := at(judges.data, path)) is not None and not is_of_many_kinds:
            assert not judges.accept(changed(judges.data, path, of_another_type(value))), path


@pytest.mark.parametrize("line", SMALL)
def test_model_and_schema_agree_on_what_is_absent_null_or_negative(line: str) -> None:
    judges = Judges(line)
    outcomes = set()
    for path in places(judges.data):
        *parent, key = path
        for value in (None, -1, 0, True):
            outcomes.add(judges.accept(changed(judges.data, path, value)))
        without = copy.deepcopy(judges.data)
        del at(without, parent)[key]
        outcomes.add(judges.accept(without))
    assert False in outcomes


@pytest.mark.parametrize("line", SMALL)
def test_what_is_not_known_is_refused(line: str) -> None:
    judges = Judges(line)
    free = {
        "variables",
        "figures",
        "others",
        "inputs",
        "counts",
        "receptive_fields",
        "vars",
        "rules",
        "stages",
        "kept_by_layer",
        "parts",
        "powers",
        "phases",
    }
    assert not judges.accept(judges.data | {"unknown": 1})
    for path in places(judges.data):
        if isinstance(at(judges.data, path), dict) and path[-1] not in free:
            assert not judges.accept(changed(judges.data, (*path, "unknown"), 1)), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("batch",), 10**9 + 1),
        (("dtype",), "float64"),
        (("mode",), "test"),
        (("totals", "macs"), 1.5),
        (("totals", "macs"), -1),
        (("layers", 0, "params"), "9"),
        (("layers", 0, "output_shape"), [0]),
        (("layers", 0, "ops", "pow"), 1),
        (("layers", 0, "receptive_field", "size"), None),
        (("layers", 0, "receptive_field", "aligned"), "yes"),
        (("layers", 0, "count"), 0),
    ],
)
def test_no_report_has(path: Sequence[str | int], value: Any) -> None:
    judges = Judges("analyze fractions.yaml")
    assert not judges.accept(changed(judges.data, path, value))


# Figures.


def test_numbers_are_of_any_size() -> None:
    data = analyze("lenet5").to_dict()
    data["totals"]["macs"] = data["layers"][0]["macs"] = 10**40 + 1
    document = AnalysisDocument.read(json.dumps(data))
    assert Report.from_dict(data).totals.macs == document.layers[0].figures.macs == 10**40 + 1
    assert json.loads(document.model_dump_json()) == data


def test_numbers_with_and_without_a_fraction_stay_what_they_are() -> None:
    text = printed("analyze fractions.yaml")
    fields = [layer.receptive_field for layer in AnalysisDocument.read(text).layers]
    assert fields[0] is not None
    assert str(fields[0].jump) == "(1, 1)"
    assert any(field is not None and field.jump and field.jump[0] % 1 for field in fields)


def test_a_metric_that_is_defined_at_run_time_is_in_schemas_and_documents() -> None:
    before = analyze("lenet5").to_dict()
    try:

        @metric("output_channels", Unit.COUNT, "Channels of the output", total="max")
        def output_channels(analysis: Analysis) -> Sequence[int | None]:
            return [node.y.channels for node in analysis.nodes]

        data = analyze("lenet5").to_dict()
        schema = json_schema("analyze")
        document = AnalysisDocument.read(data)
        assert document.totals.output_channels == 400  # of the flattened maps, 16 x 5 x 5
        assert document.layers[0].figures.output_channels == 6
        about = "Channels of the output"
        totals, layer = schema["properties"]["totals"], schema["$defs"]["Layer"]
        assert totals["properties"]["output_channels"]["description"] == f"{about}; the largest of all layers"
        assert layer["properties"]["output_channels"]["description"] == about
        assert "output_channels" in totals["required"] and "output_channels" in layer["required"]  # noqa: PT018
        assert Draft202012Validator(schema).is_valid(data)
        with pytest.raises(SpecError, match="not a report: `totals` has no figure `output_channels`; and 12 more"):
            AnalysisDocument.read(before)
    finally:
        METRICS.pop("output_channels", None)
    with pytest.raises(SpecError, match="not a report: `totals` has an unknown figure `output_channels`; and 12 more"):
        AnalysisDocument.read(data)


def test_the_schema_says_which_totals_are_sums_and_which_maxima() -> None:
    totals = json_schema("analyze")["properties"]["totals"]["properties"]
    largest = {name for name, schema in totals.items() if "; the largest of all layers" in schema["description"]}
    sums = {name for name, schema in totals.items() if "; the sum over all layers" in schema["description"]}
    assert sums | largest == {*METRICS, *STEP_METRICS, *algorithms.names()}
    assert totals.keys() == {*METRICS, *STEP_METRICS, *ESTIMATES, *ON_DEVICE, *algorithms.names()}
    assert largest == {"im2col_bytes", "direct_bytes", "fft_bytes", "winograd_2_bytes", "winograd_4_bytes"}


# Reading.


def test_documents_are_read_from_texts_files_and_data(tmp_path: Path) -> None:
    report = analyze("lenet5")
    path = tmp_path / "report.json"
    path.write_text(report.to_json(indent=2), encoding="utf-8")
    sources = (report.to_json(), f"\n {report.to_json()}", report.to_json().encode(), path, str(path), report.to_dict())
    for source in sources:
        document = read_document(source)
        assert isinstance(document, AnalysisDocument)
        assert document.name == report.name


def test_documents_are_immutable() -> None:
    document = ZooDocument.read(printed("zoo lenet5"))
    with pytest.raises(ValidationError, match="frozen"):
        document.metric = "accuracy"  # type: ignore[misc]  # what is tested


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in analyze("lenet5").to_dict().items() if key not in keys}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("[" * 100_000, "not a report: recursion limit exceeded"),
        ('{"schema": 1, "name": ' * 100_000, "not a report: recursion limit exceeded"),
        ("{", "not a report: EOF while parsing an object"),
        ('{"schema": NaN}', "not a report: expected value"),
        (b"\xff{}", "not a report: expected value"),
        ("[]", "not a report: its schema is None, and 1 is what this version reads"),
        ('{"schema": 2}', "not a report: its schema is 2, and 1 is what this version reads"),
        ('{"schema": 1}', "not a report: `name` is missing; and 12 more"),
        ("nothing.json", "cannot read `nothing.json`: No such file or directory"),
        (".", "cannot read `.`: Is a directory"),
        (without("layers"), "not a report: `layers` is missing"),
        (without() | {"batch": "1"}, "not a report: `batch` should be a valid integer"),
        (without() | {"unknown": 1}, "not a report: `unknown` is not a known field"),
        (without() | {"dtype": "int4"}, "not a report: `dtype` should be 'float32', 'float16', 'bfloat16' or 'int8'"),
        (without() | {"variables": {"a": 1}}, "not a report: `variables.a` should be a valid string"),
        (without() | {"inputs": {"x": [1, 0]}}, "not a report: `inputs.x[1]` should be greater than or equal to 1"),
    ],
)
def test_what_is_no_report_is_refused(source: Any, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        AnalysisDocument.read(source)
    assert refused.value.message.partition(" at line")[0] == message


def test_the_path_of_a_field_is_told() -> None:
    data = analyze("lenet5").to_dict()
    data["layers"][3]["receptive_field"]["jump"][1] = "wide"
    with pytest.raises(SpecError, match=r"^error: not a report: `layers\[3\].receptive_field.jump\[1\]` should be"):
        read_document(data)


def test_a_convention_that_is_not_known_here_is_told() -> None:
    data = analyze("lenet5").to_dict() | {"convention": "mine"}
    with pytest.raises(SpecError, match="unknown convention `mine`"):
        Report.from_dict(data)


@pytest.mark.parametrize("source", ["{}", '{"schema": 1}', "[1]"])
def test_what_no_command_prints_is_told(source: str) -> None:
    with pytest.raises(SpecError, match="not a document of cnncost: no command prints one with such fields"):
        read_document(source)


def test_documents_of_another_version_are_told_by_their_kind() -> None:
    with pytest.raises(SpecError, match="not a list of architectures: its schema is 2, and 1 is what this version"):
        read_document(json.loads(printed("zoo lenet5")) | {"schema": 2})
