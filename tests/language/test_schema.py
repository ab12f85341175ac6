"""The JSON Schema of specs: it takes what loads, refuses what does not as far as a schema can see, and says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnncost.errors import LayerError, SpecError
from cnncost.language.document.document import KEYS, VARIANT_KEYS
from cnncost.language.document.published import EXPECT_KEYS, PUBLISHED_KEYS
from cnncost.language.document.steps import COMPOUNDS, MODIFIERS
from cnncost.language.library import files
from cnncost.language.load import loads
from cnncost.language.schema.spec_schema import spec_schema
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.language.yaml.reader import parse
from cnncost.layers import STEP_TYPES
from cnncost.layers.base.choices import Reference
from tests.language.schema_examples import ACCEPTED, BEYOND, REFUSED

if TYPE_CHECKING:
    from cnncost.layers.base.fields import Field

ROOT = Path(__file__).parents[2]
SPECS = [*files(), *sorted((ROOT / "tests" / "data" / "design").glob("*.yaml"))]

SCHEMA = spec_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
STEP = Draft202012Validator({"$ref": "#/$defs/step", "$defs": SCHEMA["$defs"]})


def plain(node: Node) -> Any:
    """The tree of a spec as an editor's YAML 1.2 reads it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, MappingNode):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items]


def places(text: str) -> set[str]:
    """Where the schema refuses a spec."""
    return {error.json_path for error in VALIDATOR.iter_errors(plain(parse(text, "net.yaml")))}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_file_that_specs_name_is_up_to_date() -> None:
    """`cnncost schema > docs/spec.schema.json` writes it anew."""
    text = (ROOT / "docs" / "spec.schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(spec_schema(), indent=2) + "\n"


def test_it_knows_every_key_and_layer_of_the_language() -> None:
    definitions = SCHEMA["$defs"]
    assert list(SCHEMA["properties"]) == list(KEYS)
    assert tuple(definitions["variant"]["properties"]) == tuple(VARIANT_KEYS)
    assert tuple(definitions["expect"]["properties"]) == tuple(EXPECT_KEYS)
    assert tuple(definitions["claim"]["properties"]) == tuple(PUBLISHED_KEYS)
    keys = definitions["step_keys"]["properties"]
    beside = {*MODIFIERS, *(key for keys in COMPOUNDS.values() for key in keys)}
    assert keys.keys() == STEP_TYPES.keys() | beside


@pytest.mark.parametrize("keyword", STEP_TYPES)
def test_a_layer_shows_its_signature_and_what_its_parameters_are(keyword: str) -> None:
    layer, definition = STEP_TYPES[keyword], SCHEMA["$defs"][f"layer.{keyword}"]
    assert definition["description"].startswith(f"{layer.signature()}: ")
    parameters = definition.get("properties", {})
    assert list(parameters) == list(layer.fields)
    for name, field in layer.fields.items():
        assert parameters[name]["description"].startswith(field.about)


@pytest.mark.parametrize("keyword", [keyword for keyword, layer in STEP_TYPES.items() if not layer.fields])
def test_a_layer_without_parameters_takes_no_arguments(keyword: str) -> None:
    assert STEP.is_valid({keyword: None, "name": "a"})
    for arguments in (1, "n", True, {}, {"n": 1}, [1]):
        assert not STEP.is_valid({keyword: arguments})


def test_every_reference_leads_somewhere() -> None:
    def check(schema: object) -> None:
        if isinstance(schema, dict):
            if "$ref" in schema:
                target: Any = SCHEMA
                for part in schema["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            schema = list(schema.values())
        for part in schema if isinstance(schema, list) else ():
            check(part)

    check(SCHEMA)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_takes_the_specs_that_ship_and_those_of_the_language(path: Path) -> None:
    assert places(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_it_takes_what_loads(text: str) -> None:
    loads(text)
    assert places(text) == set()


@pytest.mark.parametrize(("text", "place"), REFUSED.values(), ids=REFUSED)
def test_it_refuses_what_does_not_load_and_says_where(text: str, place: str) -> None:
    with pytest.raises(SpecError):
        loads(text, variant="a" if "variants" in text else None)
    assert places(text) == {place}


@pytest.mark.parametrize("text", BEYOND.values(), ids=BEYOND)
def test_it_cannot_see_what_only_the_loader_knows(text: str) -> None:
    with pytest.raises(SpecError):
        loads(text)
    assert places(text) == set()


# Plain values against the field that reads them, where lists have one number per axis of an input of two axes.

NUMBERS = st.one_of(st.integers(-2, 5), st.floats(-2, 3).map(lambda number: round(number, 1)), st.booleans())
PAIRS = st.lists(NUMBERS, min_size=2, max_size=2)
BY_NAME = st.one_of(NUMBERS, st.lists(st.one_of(NUMBERS, st.lists(NUMBERS, max_size=3)), min_size=2, max_size=2))
ALONE = st.one_of(NUMBERS, st.lists(st.one_of(NUMBERS, PAIRS), max_size=3))
FIELDS = [
    (keyword, name)
    for keyword, layer in STEP_TYPES.items()
    for name, field in layer.fields.items()
    if not isinstance(field, Reference)  # the loader looks a reference up, the field takes anything
]


def reads(field: Field, value: object, rank: int = 2) -> bool:
    """Whether the field takes the value; of plain values, a reference takes none."""
    if isinstance(field, Reference):
        return False
    try:
        field.read(value, rank)
    except LayerError:
        return False
    return True


@given(st.sampled_from(FIELDS), BY_NAME)
def test_a_value_by_name_is_taken_where_its_field_takes_it(place: tuple[str, str], value: object) -> None:
    keyword, name = place
    fields = STEP_TYPES[keyword].fields
    others = {field.name: "an_expression" for field in fields.values() if field.required}
    assert STEP.is_valid({keyword: {**others, name: value}}) == reads(fields[name], value)


@given(st.sampled_from([keyword for keyword, layer in STEP_TYPES.items() if layer.fields and not layer.joins]), ALONE)
def test_values_in_order_are_taken_where_their_fields_take_them(keyword: str, value: object) -> None:
    fields = list(STEP_TYPES[keyword].fields.values())
    first, *others = fields
    is_first = (first.takes_list and not any(field.required for field in others)) or (first.per_axis and not others)
    if isinstance(value, list) and is_first:
        taken = reads(fields[0], value, rank=len(value))
    else:
        values = value if isinstance(value, list) else [value]
        missing = any(field.required for field in fields[len(values) :])
        taken = len(values) <= len(fields) and not missing and all(map(reads, fields, values))
    assert STEP.is_valid({keyword: value}) == taken
