"""The JSON Schema of a layer of the spec's own."""

from __future__ import annotations

from cnncost.language.document.definition import DEFINITION_KEYS, KINDS, MODULE, WINDOW_KEYS, WINDOW_WORDS
from cnncost.language.schema.layer_schema import Schema, closed, ref


def own_layer_definitions() -> dict[str, Schema]:
    """What a layer of the spec's own may say of itself."""
    number: Schema = {"type": ["integer", "number", "string"], "minimum": 0, "minLength": 1}
    numbers: Schema = number | {"type": ["integer", "number", "string", "array"], "items": ref("value")}
    kinds = {key: closed(dict.fromkeys(names, key), **dict.fromkeys(names, number)) for key, names in KINDS.items()}
    window = closed(WINDOW_KEYS, **dict.fromkeys(WINDOW_KEYS, numbers | {"type": [*numbers["type"], "null"]}))
    words = "; ".join(f"`{word}`: {about}" for word, about in WINDOW_WORDS.items())
    definition = closed(
        DEFINITION_KEYS,
        output=numbers,
        parameters=number,
        buffers={"anyOf": [number, kinds["buffers"]]},
        operations=kinds["operations"],
        gradient_macs=kinds["gradient_macs"],
        window={"anyOf": [{"enum": list(WINDOW_WORDS), "description": words}, window | {"required": ["kernel"]}]},
        kept=numbers,
        module={"type": "string", "pattern": f"^{MODULE.pattern}$"},
    )
    about = "a layer of the spec's own, for one sample; what it does not say is not known, and never zero"
    return {"definition": {"description": about} | definition | {"required": ["output"]}}
