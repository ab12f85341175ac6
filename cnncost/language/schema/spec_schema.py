"""The JSON Schema of the spec language, with which an editor completes and checks a spec while it is written.

It refuses no spec that loads, unless that gives a layer's name or a key's a second meaning, or writes one name as a
list. What it cannot see is what names stand for: a misspelt layer reads like the call of a block, and every text in a
number's place is an expression.
"""

from __future__ import annotations

from cnncost.language.document.document import KEYS, VARIANT_KEYS
from cnncost.language.document.published import EXPECT_KEYS, PUBLISHED_KEYS
from cnncost.language.document.signature import RESERVED
from cnncost.language.document.steps import (
    COMPOUNDS,
    LOOP_KEYS,
    MODIFIERS,
    NETWORK_KEYS,
    RESIDUAL_KEYS,
    SEQUENCE_KEYS,
    WORDS,
)
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.expression import RESERVED_WORDS
from cnncost.language.schema.definition_schema import own_layer_definitions
from cnncost.language.schema.layer_schema import (
    Schema,
    arguments_beside,
    closed,
    layer_definitions,
    needs_arguments,
    ref,
)
from cnncost.layers import STEP_TYPES

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_WORD = r"[A-Za-z_]([A-Za-z0-9_]|\{[^{}]+\})*"
_INDEX = r"\[([0-9]+|\{[^{}]+\})\]"
_STEP_NAME = rf"^({_WORD}(\.{_WORD}|{_INDEX})*|{_INDEX})$"
_NAME_ALONE = f"^{_NAME}$"
_FUNCTION = rf"^{_NAME}\s*\(\s*({_NAME}\s*(,\s*{_NAME}\s*)*)?\)\s*$"
_SIGNATURE = rf"^{_NAME}\s*\(\s*({_NAME}\s*([,=].*)?)?\)\s*$"
_REFERENCE = rf"^{_NAME}([.\[].*)?$"

_WORDS = sorted(RESERVED | RESERVED_WORDS)
"""What no step may be called."""
_UNUSABLE = sorted({*_WORDS, *BUILTINS})
"""What no block, variable or parameter may be called."""
_NO_STEPS = sorted({*_UNUSABLE} - STEP_TYPES.keys())
"""What no step calls: a function may go by a layer's name (`sqrt`), since only expressions call it."""

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_YEAR: Schema = {"type": "integer", "minimum": 0}
_CONDITION: Schema = {"type": ["boolean", "string", "number"], "minLength": 1}
_REFERENCES: Schema = {"type": ["array", "string"], "pattern": _REFERENCE, "items": ref("reference")}


def spec_schema() -> Schema:
    """The schema, of draft 2020-12: plain dicts, lists and scalars.

    >>> schema = spec_schema()
    >>> schema["required"], schema["$defs"]["layer.flatten"]["description"]
    (['input', 'network'], 'flatten(): All elements in a row.')
    """
    forms = _top_level()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnncost spec",
        "description": "One convolutional network, or one family of networks through its variables.",
        "type": "object",
        "properties": {key: {"description": about} | forms[key] for key, about in KEYS.items()},
        "required": ["input", "network"],
        "additionalProperties": False,
        "$defs": {
            **_names(),
            **_values(),
            **_variants(),
            **_steps(),
            **_one_callee(),
            **own_layer_definitions(),
            **layer_definitions(),
        },
    }


def _top_level() -> dict[str, Schema]:
    return {
        "name": _TEXT,
        "source": _TEXT,
        "input": ref("shape")
        | {
            "type": ["array", "integer", "string", "object"],
            "minProperties": 1,
            "propertyNames": {"anyOf": [{"const": "input"}, ref("name")]},
            "additionalProperties": ref("shape") | {"type": ["array", "integer", "string"]},
        },
        "vars": _definitions({_NAME_ALONE: ref("value"), _FUNCTION: ref("expression")}, _UNUSABLE),
        "blocks": _definitions(
            {_NAME_ALONE: ref("steps"), _SIGNATURE: ref("steps")}, [*_UNUSABLE, *STEP_TYPES, *WORDS]
        ),
        "layers": _definitions(
            {_NAME_ALONE: ref("definition"), _SIGNATURE: ref("definition")}, [*_UNUSABLE, *STEP_TYPES, *WORDS]
        ),
        "network": ref("steps"),
        "outputs": _REFERENCES | {"minItems": 1},
        "auxiliary": _REFERENCES,
        "variants": {"type": "object", "propertyNames": ref("name"), "additionalProperties": ref("variant")},
        "expect": ref("expect"),
        "budget": ref("budget"),
        "year": _YEAR,
        "task": _TEXT,
        "published": ref("published"),
    }


def _definitions(values: dict[str, Schema], forbidden: list[str]) -> Schema:
    """A mapping of names or signatures, by their patterns, where some names are not to be given."""
    return {
        "type": ["object", "null"],
        "propertyNames": {"not": {"pattern": rf"^({'|'.join(forbidden)})\s*(\(|$)"}},
        "patternProperties": values,
        "additionalProperties": False,
    }


def _names() -> dict[str, Schema]:
    name = {"type": "string", "pattern": _NAME_ALONE}
    about = "a word that is none of the language, with expressions in `{}`; `down[0].stem` lies in other names"
    reference = "the name of a step, with `[index]` or `[*]` for a loop's turns and `.name` for a step inside"
    return {
        "name": name | {"description": "no word and no function of the language", "not": {"enum": _UNUSABLE}},
        "step_name": {"type": "string", "pattern": _STEP_NAME, "description": about, "not": {"enum": _WORDS}},
        "reference": {"type": "string", "pattern": _REFERENCE, "description": reference},
    }


def _values() -> dict[str, Schema]:
    return {
        # The types of a shape are said where it is used: several inputs come in a mapping of shapes.
        "shape": {
            "description": "one sample, channels first, without the batch",
            "minimum": 1,
            "minLength": 1,
            "minItems": 1,
            "items": {"type": ["integer", "string"], "minimum": 1, "minLength": 1},
        },
        "expression": {"type": ["string", "number", "boolean"], "minLength": 1},
        "value": {
            "description": "a number, true, false, an expression, a list of them, or a whole step",
            "type": ["number", "boolean", "string", "array", "object"],
            "minLength": 1,
            "items": ref("value"),
            "maxProperties": 1,
            "properties": {"residual": False, "sequence": False, "network": False},
        }
        | ref("step_keys"),
        "arguments": {
            "description": "a scalar is the first parameter, a list is positional, a mapping is by name",
            "minLength": 1,
            "items": ref("value"),
            "propertyNames": ref("name"),
            "additionalProperties": ref("setting"),
        },
        "setting": {
            "description": "nothing takes the variable of that name",
            "if": {"type": "null"},
            "else": ref("value"),
        },
    }


def _variants() -> dict[str, Schema]:
    count: Schema = {"type": "integer", "minimum": 0}
    amount: Schema = {"type": ["string", "number"], "minimum": 0}
    settings: Schema = {"type": "object", "propertyNames": ref("name"), "additionalProperties": ref("value")}
    claim = closed(
        PUBLISHED_KEYS,
        source=_TEXT,
        params=amount,
        flops=amount,
        accuracy={"type": "number", "minimum": 0, "maximum": 100},
        metric=_TEXT,
        note=_TEXT,
    )
    claim["required"] = ["source"]
    said = {"expect": ref("expect"), "budget": ref("budget"), "published": ref("published")}
    limits: Schema = {"type": "object", "minProperties": 1, "additionalProperties": {"type": ["string", "integer"]}}
    variant = closed(VARIANT_KEYS, set=settings, source=_TEXT, year=_YEAR, **said)
    return {
        "variant": {"description": "settings that have a name of their own"} | variant,
        "expect": {"description": KEYS["expect"]} | closed(EXPECT_KEYS, params=count, macs=count, source=_TEXT),
        "budget": {"description": KEYS["budget"]} | limits | {"properties": {"at": {"type": "object"}}},
        "claim": {"description": "what one source prints"} | claim,
        "published": {"if": {"type": "array"}, "then": {"items": ref("claim")}, "else": ref("claim")},
    }


def _steps() -> dict[str, Schema]:
    """Steps: bare names and mappings. What holds for mappings alone is `step_keys`."""
    alone = [keyword for keyword, layer in STEP_TYPES.items() if not needs_arguments(layer)]
    needy = [keyword for keyword in STEP_TYPES if keyword not in alone]
    step = {
        "type": ["string", "object"],
        "pattern": _NAME_ALONE,
        "not": {"enum": [*_NO_STEPS, "residual", "sequence", *needy]},
        "examples": alone,
    } | ref("step_keys")
    about = "one layer or block with its arguments, and modifiers; without arguments, its name alone"
    return {
        "step": step | {"description": about},
        "steps": step
        | {
            "description": "steps, one after the other; one alone needs no list",
            "type": ["array", "string", "object"],
            "items": ref("step"),
        },
        "step_keys": {
            "properties": {keyword: ref(f"layer.{keyword}") for keyword in STEP_TYPES} | _keys_beside(),
            "propertyNames": {
                "pattern": _NAME_ALONE,
                "not": {"enum": [word for word in _NO_STEPS if word not in (*LOOP_KEYS, *NETWORK_KEYS)]},
            },
            "additionalProperties": ref("arguments"),
            "dependentSchemas": _beside_names(),
            "dependentRequired": {key: [head] for head, keys in COMPOUNDS.items() for key in keys if key != head},
            "if": {"required": ["for"]},
            "then": {
                "required": list(LOOP_KEYS),
                "propertyNames": {"enum": [*LOOP_KEYS, *(key for key in MODIFIERS if key not in ("repeat", "share"))]},
            },
            "else": {
                "if": {"required": ["residual"]},
                "then": {"propertyNames": {"enum": [*RESIDUAL_KEYS, *MODIFIERS]}},
                "else": {
                    "if": {"required": ["sequence"]},
                    "then": {"propertyNames": {"enum": [*SEQUENCE_KEYS, *MODIFIERS]}},
                    "else": {
                        "if": {"required": ["network"]},
                        "then": {"propertyNames": {"enum": [*NETWORK_KEYS, *MODIFIERS]}},
                        "else": ref("callee_0_0"),
                    },
                },
            },
        },
    }


def _keys_beside() -> dict[str, Schema]:
    """The keys of a step that do not name a layer."""
    forms = {
        "name": ref("step_name"),
        "from": _REFERENCES | {"type": ["array", "string", "object"], "additionalProperties": ref("reference")},
        "repeat": {"type": ["integer", "string"], "minimum": 0, "minLength": 1},
        "when": _CONDITION,
        "share": ref("reference"),
        "trainable": _CONDITION,
        "for": {
            "type": ["array", "string"],
            "pattern": _NAME_ALONE,
            "not": {"enum": _UNUSABLE},
            "minItems": 1,
            "items": ref("name"),
        },
        "in": {"type": ["array", "string"], "minLength": 1, "items": ref("value")},
        "do": ref("steps"),
        "residual": ref("steps"),
        "shortcut": ref("steps"),
        "skip": _CONDITION,
        "sequence": ref("steps"),
        "network": {"type": "string", "minLength": 1},
        "until": ref("reference"),
        "set": {"type": "object", "propertyNames": ref("name"), "additionalProperties": ref("setting")},
        "frozen": _REFERENCES,
        "channels": {"type": ["integer", "string", "null"], "minimum": 1, "minLength": 1},
    }
    about = {**MODIFIERS, **LOOP_KEYS, **RESIDUAL_KEYS, **SEQUENCE_KEYS, **NETWORK_KEYS}
    return {key: {"description": about[key]} | forms[key] for key in about}


def _beside_names() -> dict[str, Schema]:
    """What hangs on the name beside it: inputs by name, and the arguments of a join, under which stand branches."""
    beside: dict[str, dict[str, Schema]] = {}
    for name, joins in arguments_beside().items():
        for join in joins:
            beside.setdefault(join, {})[name] = ref(f"layer.{join}/properties/{name}")
    by_input = {"if": {"required": ["network"]}, "else": {"properties": {"from": {"type": ["array", "string"]}}}}
    return {"from": by_input, **{join: {"properties": arguments} for join, arguments in beside.items()}}


def _one_callee() -> dict[str, Schema]:
    """That a step calls exactly one layer or block: it has one key more than it has modifiers.

    A schema cannot count, so it looks at the modifiers, and at what stands beside a join, one after the other:
    `callee_2_1` is where a step is taken that has one of the first two.
    """
    beside = arguments_beside()
    counted: list[Schema] = [{"required": [modifier]} for modifier in MODIFIERS]
    counted += [
        {"required": [name], "anyOf": [{"required": [join]} for join in joins]} for name, joins in beside.items()
    ]
    states: dict[str, Schema] = {}
    for seen, condition in enumerate(counted):
        for present in range(seen + 1):
            states[f"callee_{seen}_{present}"] = {
                "if": condition,
                "then": ref(f"callee_{seen + 1}_{present + 1}"),
                "else": ref(f"callee_{seen + 1}_{present}"),
            }
    for present in range(len(counted) + 1):
        keys = present + 1
        states[f"callee_{len(counted)}_{present}"] = {"minProperties": keys, "maxProperties": keys}
    return states
