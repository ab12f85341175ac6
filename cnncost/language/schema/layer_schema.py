"""JSON Schemas of the layers: what may stand beside a layer's name, from the fields that it declares.

Keywords of JSON Schema hold for one type each (`minimum` for numbers, `prefixItems` for lists, `properties` for
mappings), so all forms of an argument stand side by side in one flat schema: without `anyOf`, errors point at the very
key. Nor is there an `items: false`, which editors of the older drafts read otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers import STEP_TYPES
from cnncost.layers.base.choices import Choice, Reference
from cnncost.layers.base.fields import Numbers

if TYPE_CHECKING:
    from cnncost.layers.base.fields import Field
    from cnncost.layers.base.layer import Layer

Schema = dict[str, Any]


def ref(definition: str) -> Schema:
    """A reference to one of the schema's definitions."""
    return {"$ref": f"#/$defs/{definition}"}


def closed(about: dict[str, str], **forms: Schema) -> Schema:
    """A mapping with keys of these forms and no others."""
    properties = {key: {"description": about[key]} | forms[key] for key in about}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def layer_definitions() -> dict[str, Schema]:
    """One definition for every layer, and one for every kind of field that a layer has.

    >>> definitions = layer_definitions()
    >>> definitions["layer.linear"]["properties"]["bias"]
    {'description': 'whether a bias is added', 'default': True, '$ref': '#/$defs/kind.flag'}
    >>> definitions["kind.flag"]["type"]
    ['boolean', 'string', 'null']
    """
    kinds = {_kind(field): field for layer in STEP_TYPES.values() for field in layer.fields.values()}
    return {
        **{f"kind.{kind}": _kind_definition(kinds[kind]) for kind in sorted(kinds)},
        **{f"layer.{keyword}": _layer_definition(layer) for keyword, layer in STEP_TYPES.items()},
    }


def needs_arguments(layer: type[Layer]) -> bool:
    """Whether the layer's name alone is not a step."""
    return any(field.required for field in layer.fields.values())


def _layer_definition(layer: type[Layer]) -> Schema:
    about = f"{layer.signature()}: {(layer.__doc__ or '').strip().splitlines()[0]}"
    described: Schema = {"title": layer.keyword, "description": about}
    branches: Schema = {"type": ["null", "array"], "items": ref("steps"), "minItems": 1}
    forms = [branches, *_named_forms(layer)] if layer.joins else _forms(layer)
    keywords = {keyword: value for form in forms for keyword, value in form.items()}
    return described | keywords | {"type": [kind for form in forms for kind in form["type"]]}


def _forms(layer: type[Layer]) -> list[Schema]:
    """The ways to give arguments: none, the first alone, a list in order, a mapping by name."""
    fields = list(layer.fields.values())
    forms = [] if needs_arguments(layer) else [{"type": ["null"]}]
    if not fields:
        return forms
    first, *others = fields
    alone = not any(field.required for field in others)
    takes_whole = (first.takes_list and alone) or (first.per_axis and not others)
    if takes_whole:
        return [*forms, _plain(first), _by_names(fields)]
    return [*forms, _positional(layer, fields), *_named_forms(layer)]


def _named_forms(layer: type[Layer]) -> list[Schema]:
    """The first argument alone, and a mapping by name: what a join takes, whose lists are its branches."""
    fields = list(layer.fields.values())
    if not fields:
        return []
    alone = [] if any(field.required for field in fields[1:]) else [_scalar(_plain(fields[0]))]
    return [*alone, _by_names(fields)]


def _by_names(fields: list[Field]) -> Schema:
    required = [field.name for field in fields if field.required]
    by_name = {field.name: _by_name(field) for field in fields}
    return {"type": ["object"], "properties": by_name, "required": required, "additionalProperties": False}


def arguments_beside() -> dict[str, list[str]]:
    """What may stand beside the name of a join, and beside which joins."""
    joins = [layer for layer in STEP_TYPES.values() if layer.joins]
    names = {name: None for layer in joins for name in layer.fields}
    return {name: [layer.keyword for layer in joins if name in layer.fields] for name in names}


def _scalar(schema: Schema) -> Schema:
    """`schema` without its lists."""
    kept = {keyword: value for keyword, value in schema.items() if keyword not in ("items", "minItems", "maxItems")}
    return kept | {"type": [kind for kind in schema["type"] if kind != "array"]}


def _positional(layer: type[Layer], fields: list[Field]) -> Schema:
    places = [place for place, field in enumerate(fields, start=1) if field.required]
    return {
        "type": ["array"],
        "prefixItems": [ref(f"layer.{layer.keyword}/properties/{field.name}") for field in fields],
        "minItems": max(places, default=0),
        "maxItems": len(fields),
        "not": {"type": "array", "contains": {"type": "null"}},  # nothing has a meaning by name only
    }


def _by_name(field: Field) -> Schema:
    described: Schema = {"description": field.about}
    if callable(field.default):
        described["description"] += f"; the same as `{field.default.__doc__}` when absent"
    elif not field.required and field.default is not None:
        described["default"] = field.default
    return described | ref(f"kind.{_kind(field)}")


def _kind(field: Field) -> str:
    """A name that fields share which take the same: `sizes_from_1`."""
    name = type(field).__name__.lower()
    if isinstance(field, Choice):
        return f"{name}_{'_'.join(field.literals)}"
    bounds = {"from": getattr(field, "low", None), "to": getattr(field, "high", None)}
    bounded = [f"{word}_{bound:g}" for word, bound in bounds.items() if bound is not None and abs(bound) < float("inf")]
    leaves_one = ["leaving_one"] if getattr(field, "leaves_one", False) else []
    length = [f"of_{field.length}"] if isinstance(field, Numbers) and field.length else []
    return "_".join([name, *bounded, *leaves_one, *length, *field.literals])


def _kind_definition(field: Field) -> Schema:
    """What a field takes behind its name, where nothing stands for the variable of that name."""
    if isinstance(field, Reference):
        return ref("reference")
    if isinstance(field, Choice):
        return {"description": field.wanted, "enum": [*field.literals, None]}
    plain = _plain(field)
    about = field.wanted if field.is_literal else f"{field.wanted}; or an expression"
    return {"description": about} | plain | {"type": [*plain["type"], "null"]}


def _plain(field: Field) -> Schema:
    """What a field takes as a value that is written out."""
    if isinstance(field, Reference):
        return {"type": ["string"], "minLength": 1}
    if isinstance(field, Choice):  # no `enum`: it would hold for lists and mappings too
        return {"type": ["string"], "pattern": f"^({'|'.join(field.literals)})$", "examples": list(field.literals)}
    if field.is_literal:
        return field.json_schema() | {"type": ["string"]}
    schema = _with_expressions(field.json_schema())
    return schema | {"examples": list(field.literals)} if field.literals else schema


def _with_expressions(schema: Schema) -> Schema:
    """`schema` flat, its alternatives being of unlike types, and with an expression wherever a scalar may stand."""
    flat: Schema = {"type": []}
    for alternative in schema.get("anyOf", [schema]):
        flat |= alternative | {"type": [*flat["type"], alternative["type"]]}
    if "items" in flat:
        flat["items"] = _with_expressions(flat["items"])
    return flat | {"type": [*flat["type"], "string"], "minLength": 1}
