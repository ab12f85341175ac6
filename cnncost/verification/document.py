"""The JSON of `cnncost verify`: what was predicted beside what PyTorch gives. Its records are those of the packages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import ModelWrapValidatorHandler, model_validator
from pydantic_core import PydanticCustomError

from cnncost.documents.base import Document
from cnncost.validation import Flag
from cnncost.verification.result import Verification

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class VerifiedNetwork(Verification):
    """All that was found out about one network."""

    @model_validator(mode="wrap")
    @classmethod
    def _as_it_is_written(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """With all fields that are written, and no others; whether it passed and is complete follows from the rest."""
        if not isinstance(data, Mapping):
            return handler(data)
        for name in _written():
            if name not in data:
                raise PydanticCustomError("field_missing", "has no field `{name}`", {"name": name})
        for name in set(data).difference(_written()):
            raise PydanticCustomError("field_unknown", "has an unknown field `{name}`", {"name": name})
        found = handler(data)
        for name in cls.model_computed_fields:
            _refuse_another_verdict(name, data[name], getattr(found, name))
        return found

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(schema)
        network = handler.resolve_ref_schema(reference)
        verdicts = {
            name: {"type": "boolean", "description": field.description}
            for name, field in cls.model_computed_fields.items()
        }
        fields = network["properties"] | verdicts
        network["properties"] = {name: fields[name] for name in _written()}
        network["required"] = _written()
        return reference


class VerificationDocument(Document):
    """Whether what is predicted of networks is what PyTorch gives."""

    label: ClassVar[str] = "a verification"

    passed: Flag
    """whether nothing differs in any network, and nothing broke off"""
    complete: Flag
    """whether every figure of every network was measured"""
    verifications: tuple[VerifiedNetwork, ...]
    """in the order in which the networks were asked for"""

    @model_validator(mode="after")
    def _as_its_networks(self) -> Self:
        for name in Verification.model_computed_fields:
            _refuse_another_verdict(name, getattr(self, name), all(getattr(each, name) for each in self.verifications))
        return self


def _written() -> list[str]:
    """The fields of a verification that are written."""
    fields = [name for name, field in Verification.model_fields.items() if not field.exclude]
    return [*fields, *Verification.model_computed_fields]


def _refuse_another_verdict(name: str, said: object, is_so: bool) -> None:
    if said is not is_so:
        raise PydanticCustomError("verdict", "has a `{name}` that does not follow from the rest", {"name": name})
