"""The JSON Schema of the spec language, with which an editor completes and checks a spec while it is written.

It refuses no spec that loads and that gives a layer's or a key's name no second meaning, and it cannot see what a name
stands for: a misspelt layer reads like the call of a block.

Keywords of JSON Schema hold for one type each (`minimum` for numbers, `prefixItems` for lists, `properties` for
mappings), so the forms of an argument stand side by side in one flat schema: no `anyOf`, and errors that point at the
very key. Neither `items: false` nor `unevaluatedProperties`, which editors of the older drafts read otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers import REGISTRY, SUGAR
from cnncost.layers.fields import Choice, Reference
from cnncost.spec.arithmetic import BUILTINS
from cnncost.spec.document import KEYS
from cnncost.spec.expr import RESERVED_WORDS
from cnncost.spec.signature import RESERVED
from cnncost.spec.steps import JOINS, LOOP_KEYS, MODIFIERS, RESIDUAL_KEYS

if TYPE_CHECKING:
    from cnncost.layers.base import Layer
    from cnncost.layers.fields import Field

Schema = dict[str, Any]

_LAYERS: dict[str, type[Layer]] = {**REGISTRY, **SUGAR}
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_TEXT: Schema = {"type": ["string", "number"]}
_CONDITION: Schema = {"type": ["boolean", "string", "number"], "minLength": 1}


def spec_schema() -> Schema:
    """The schema, of draft 2020-12: plain dicts, lists and scalars.

    >>> schema = spec_schema()
    >>> schema["required"], schema["$defs"]["layer.linear"]["description"].partition(": ")[0]
    (['input', 'network'], 'linear(out, bias=true)')
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnncost spec",
        "description": "One convolutional network, or one family of networks through its variables.",
        "type": "object",
        "properties": {key: {"description": about} | _top_level()[key] for key, about in KEYS.items()},
        "required": ["input", "network"],
        "additionalProperties": False,
        "$defs": {
            **_names(),
            **_values(),
            **_steps(),
            **_one_callee(),
            **{f"kind.{_kind(field)}": _kind_schema(field) for layer in _LAYERS.values() for field in _own(layer)},
            **{f"layer.{keyword}": _layer(layer) for keyword, layer in _LAYERS.items()},
        },
    }


def _ref(definition: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}"}


def _top_level() -> dict[str, Schema]:
    shape = {"type": ["array", "integer", "string"], "items": _ref("size"), "minItems": 1, "minimum": 1, "minLength": 1}
    references = {"type": ["array", "string"], "items": _ref("reference"), "pattern": f"^{_NAME}([.[].*)?$"}
    input_name = {"anyOf": [{"const": "input"}, _ref("name")]}
    inputs = {"additionalProperties": shape, "propertyNames": input_name, "minProperties": 1}
    return {
        "name": _TEXT,
        "source": _TEXT,
        "input": {**shape, "type": [*shape["type"], "object"], **inputs},
        "vars": {
            "type": ["object", "null"],
            "patternProperties": {f"^{_NAME}$": _ref("value"), _signature(_NAME): _ref("function")},
            "additionalProperties": False,
            "propertyNames": {"not": {"pattern": _called(_unusable())}},
        },
        "blocks": {
            "type": ["object", "null"],
            "patternProperties": {f"^{_NAME}$": _ref("steps"), _signature(_NAME): _ref("steps")},
            "additionalProperties": False,
            "propertyNames": {"not": {"pattern": _called([*_unusable(), *_LAYERS, "residual"])}},
        },
        "network": _ref("steps"),
        "outputs": {**references, "minItems": 1},
        "auxiliary": references,
        "variants": {"type": "object", "additionalProperties": _ref("variant"), "propertyNames": _ref("name")},
        "expect": _ref("expect"),
    }


def _unusable() -> list[str]:
    """Words that no block, variable or parameter may be called."""
    return sorted(RESERVED | RESERVED_WORDS | BUILTINS.keys())


def _signature(name: str) -> str:
    """The pattern of a key with parameters."""
    return rf"^{name}\s*\((\s*|\s*{_NAME}\s*[,=].*|\s*{_NAME}\s*)\)\s*$"


def _called(names: list[str]) -> str:
    """The pattern of keys, with parameters or without, that define one of `names`."""
    return rf"^({'|'.join(names)})\s*(\(|$)"


def _names() -> dict[str, Schema]:
    return {
        "name": {
            "description": "Letters, digits and underscores; no word and no function of the language.",
            "type": "string",
            "pattern": f"^{_NAME}$",
            "not": {"enum": _unusable()},
        },
        "step_name": {
            "description": "Letters, digits and underscores; no word of the language.",
            "type": "string",
            "pattern": f"^{_NAME}$",
            "not": {"enum": sorted(RESERVED | RESERVED_WORDS)},
        },
        "reference": {
            "description": "The name of a step, `[index]` or `[*]` for turns of a loop, `.name` for a step inside.",
            "type": "string",
            "pattern": f"^{_NAME}([.[].*)?$",
        },
        "size": {"description": "A positive whole number.", "type": ["integer", "string"], "minimum": 1, "minLength": 1},
        "variant": {
            "type": "object",
            "properties": {
                "set": {
                    "description": "variables and the values that they have here",
                    "type": "object",
                    "additionalProperties": _ref("value"),
                    "propertyNames": _ref("name"),
                },
                "expect": {"description": KEYS["expect"]} | _ref("expect"),
                "source": {"description": "where the variant was published"} | _TEXT,
            },
            "additionalProperties": False,
        },
        "expect": {
            "type": "object",
            "properties": {
                "params": {"description": "parameters, exact to the unit", "type": "integer", "minimum": 0},
                "macs": {"description": "multiply-accumulates of one sample", "type": "integer", "minimum": 0},
                "source": {"description": "who counted, and with what"} | _TEXT,
            },
            "additionalProperties": False,
        },
    }


def _values() -> dict[str, Schema]:
    value_types = ["number", "boolean", "string", "array", "object"]
    step_value = _ref("step_keys") | {"maxProperties": 1, "properties": {"residual": False}}
    value = {"type": value_types, "minLength": 1, "items": _ref("value"), **step_value}
    return {
        "value": {"description": "A number, true, false, an expression, a list of them, or a whole step."} | value,
        "value_or_name": {
            "description": "A value; nothing for the variable of the parameter's name.",
            **value,
            "type": ["null", *value_types],
        },
        "function": {"description": "An expression.", "type": ["string", "number", "boolean"], "minLength": 1},
        "arguments": {
            "description": "A scalar is the first parameter, a list is positional, a mapping is by name.",
            "type": ["null", *value_types],
            "minLength": 1,
            "items": _ref("value"),
            "additionalProperties": _ref("value_or_name"),
            "propertyNames": _ref("name"),
        },
    }


def _steps() -> dict[str, Schema]:
    alone = [keyword for keyword, layer in _LAYERS.items() if not _needs(layer)]
    text = {
        "pattern": f"^{_NAME}$",
        "not": {"enum": [*_unusable(), "residual", *(keyword for keyword in _LAYERS if keyword not in alone)]},
        "examples": alone,
    }
    step: Schema = {"type": ["string", "object"], **text, **_ref("step_keys")}
    about = "One layer or block with its arguments, and modifiers; a bare name is a step without arguments."
    return {
        "steps": {"description": "Steps, one after the other; a single one may stand without a list."}
        | step
        | {"type": ["array", "string", "object"], "items": _ref("step")},
        "step": {"description": about} | step,
        "step_keys": _step_keys(),
        "loop_keys": {
            "required": list(LOOP_KEYS),
            "propertyNames": {"enum": [*LOOP_KEYS, *(key for key in MODIFIERS if key not in ("repeat", "share"))]},
        },
        "residual_keys": {"propertyNames": {"enum": [*RESIDUAL_KEYS, *MODIFIERS]}},
    }


def _step_keys() -> Schema:
    """What a mapping may hold that is a step."""
    reference, references = _ref("reference"), _top_level()["auxiliary"]
    rows = {"type": ["array", "string"], "items": _ref("value"), "minLength": 1}
    variables = _ref("name") | {"type": ["array", "string"], "items": _ref("name"), "minItems": 1}
    forms = {
        "name": _ref("step_name"),
        "from": references,
        "repeat": {"type": ["integer", "string"], "minimum": 0, "minLength": 1},
        "when": _CONDITION,
        "share": reference,
        "trainable": _CONDITION,
        "for": variables,
        "in": rows,
        "do": _ref("steps"),
        "residual": _ref("steps"),
        "shortcut": _ref("steps"),
        "skip": _CONDITION,
    }
    about = {**MODIFIERS, **LOOP_KEYS, **RESIDUAL_KEYS}
    heads = {key: ["for"] for key in LOOP_KEYS if key != "for"} | {
        key: ["residual"] for key in RESIDUAL_KEYS if key != "residual"
    }
    return {
        "properties": {keyword: _ref(f"layer.{keyword}") for keyword in _LAYERS}
        | {key: {"description": about[key]} | form for key, form in forms.items()},
        "additionalProperties": _ref("arguments"),
        "propertyNames": {"pattern": f"^{_NAME}$", "not": {"enum": [word for word in _unusable() if word not in forms]}},
        "dependentRequired": heads,
        "if": {"required": ["for"]},
        "then": _ref("loop_keys"),
        "else": {"if": {"required": ["residual"]}, "then": _ref("residual_keys"), "else": _ref("callee_0_0")},
    }


def _one_callee() -> dict[str, Schema]:
    """That a step calls one layer or block: it has one key more than it has modifiers.

    A schema cannot count, so the modifiers are looked at one after the other: `callee_2_1` holds for a step with one
    of the first two.
    """
    modifiers = list(MODIFIERS)
    states: dict[str, Schema] = {}
    for seen, modifier in enumerate(modifiers):
        for present in range(seen + 1):
            states[f"callee_{seen}_{present}"] = {
                "if": {"required": [modifier]},
                "then": _ref(f"callee_{seen + 1}_{present + 1}"),
                "else": _ref(f"callee_{seen + 1}_{present}"),
            }
    for present in range(len(modifiers) + 1):
        count = {"minProperties": present + 1, "maxProperties": present + 1}
        states[f"callee_{len(modifiers)}_{present}"] = count
    return states


def _own(layer: type[Layer]) -> list[Field]:
    return list(layer.fields.values())


def _needs(layer: type[Layer]) -> list[str]:
    """The fields that a spec must give."""
    return [field.name for field in _own(layer) if field.required]


def _layer(layer: type[Layer]) -> Schema:
    """What may stand beside a layer's name, in all of its forms."""
    about = f"{layer.signature()}: {(layer.__doc__ or '').strip().splitlines()[0]}"
    described: Schema = {"title": layer.family, "description": about}
    if layer.keyword in JOINS:
        return described | {"type": ["null", "array"], "items": _ref("steps"), "minItems": 1}
    fields = _own(layer)
    if not fields:
        return described | {"type": "null"}
    needed = _needs(layer)
    by_name = {"properties": {field.name: _by_name(field) for field in fields}, "required": needed}
    forms = _alone(fields[0]) if needed in ([], [fields[0].name]) else {"type": []}
    if len(fields) > 1:
        forms["type"] = [name for name in forms["type"] if name != "array"]
        forms = {key: value for key, value in forms.items() if key != "items"} | _positional(layer, fields)
    types = [*([] if needed else ["null"]), *forms["type"], "object"]
    return described | forms | by_name | {"type": types, "additionalProperties": False}


def _positional(layer: type[Layer], fields: list[Field]) -> Schema:
    """The keywords of a layer's list of arguments, and that it may have one."""
    needed = [position for position, field in enumerate(fields, start=1) if field.required]
    return {
        "prefixItems": [_ref(f"layer.{layer.keyword}/properties/{field.name}") for field in fields],
        "minItems": max(needed, default=0),
        "maxItems": len(fields),
        "not": {"type": "array", "contains": {"type": "null"}},
    }


def _by_name(field: Field) -> Schema:
    """A field behind its name; nothing takes the variable of that name."""
    default = getattr(field.default, "__doc__", None) if callable(field.default) else None
    described: Schema = {"description": field.about if default is None else f"{field.about}; as `{default}` when absent"}
    if not (field.required or callable(field.default) or field.default is None):
        described["default"] = field.default
    return described | _ref(f"kind.{_kind(field)}")
