"""What the documents of all commands have in common, and the parts that several of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import CoreSchema, core_schema, from_json

from cnncost.arguments import wrong_type
from cnncost.errors import SpecError
from cnncost.files import read_file, shown_path
from cnncost.settings import ITEM_SIZES, LARGEST_BATCH, MODES, OPTIMIZER_STATES
from cnncost.validation import Flag, Fraction, Positive, Record, Text, Whole, first_fault

if TYPE_CHECKING:
    Source = str | bytes | PathLike[str] | Mapping[str, Any]

_LARGEST = 100_000_000
"""Bytes that a file may have: twice what a network of 20,000 layers takes."""

VERSION = 1
"""Version of all documents' form; a reader refuses any other."""


Version = Annotated[Whole, Field(ge=VERSION, le=VERSION), WithJsonSchema({"const": VERSION})]  # `true` is not 1


class Document(Record):
    """What a command prints with ``--format json``."""

    label: ClassVar[str]
    """What such a document is called in messages, with its article."""

    version: Version = Field(alias="schema")
    """version of this format"""

    @classmethod
    def read(cls, source: Source) -> Self:
        """The document in a JSON text, in the file of a path, or in plain data.

        A text that begins with a brace or a bracket is JSON, any other the path of a file.

        Raises:
            SpecError: no such file, not JSON, or not a document of this kind; the message has the path of the field.
        """
        return cls.of(plain_data(source, cls.label))

    @classmethod
    def of(cls, data: Any) -> Self:
        """The document that plain data describe.

        Raises:
            SpecError: they describe none of this kind.
        """
        version = data.get("schema") if isinstance(data, Mapping) else None
        if version != VERSION:
            raise SpecError(f"not {cls.label}: its schema is {version!r}, and {VERSION} is what this version reads")
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SpecError(f"not {cls.label}: {first_fault(error, data)}") from error


class Sparse(Record):
    """A record some of whose fields may be absent: what was absent when it was read is absent when it is written."""

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields = type(self).model_fields
        absent = {field.alias or name for name, field in fields.items() if name not in self.model_fields_set}
        return {name: value for name, value in handler(self).items() if name not in absent}


def plain_data(source: Source, label: str) -> Any:
    """What a JSON text or file holds; plain data as they are.

    Raises:
        SpecError: no such file, not JSON, or nothing that could be either.
    """
    if isinstance(source, Mapping):
        return source
    if isinstance(source, bytes) or (isinstance(source, str) and source.lstrip().startswith(("{", "["))):
        return parsed(source, label)
    if not isinstance(source, str | PathLike):
        raise wrong_type(label, "a JSON text, a path or plain data", source)
    return parsed(read_json_file(source, label), label)


def read_json_file(path: str | PathLike[str], label: str) -> bytes:
    """The bytes of a file of JSON.

    Raises:
        SpecError: there is no such file, or one that is too large.
    """
    try:
        data = read_file(path, _LARGEST)
    except OSError as error:
        raise SpecError(f"cannot read `{shown_path(path)}`: {error.strerror}") from error
    except ValueError as error:
        raise SpecError(f"not {label}: {error}") from error
    if len(data) > _LARGEST:
        raise SpecError(f"`{shown_path(path)}` is larger than {_LARGEST:,} bytes")
    return data


def parsed(text: str | bytes, label: str) -> Any:
    """What a JSON text holds.

    Raises:
        SpecError: it is not JSON.
    """
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise SpecError(f"not {label}: {error}") from error


class OneOf:
    """Annotates a text that is one of several names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self.names)


Batch = Annotated[Positive, Field(le=LARGEST_BATCH, description="samples at once")]
Dtype = Annotated[str, OneOf(ITEM_SIZES), Field(description="of parameters, gradients, activations, optimizer states")]
Optimizer = Annotated[str, OneOf(OPTIMIZER_STATES), Field(description="whose state training keeps")]
Mode = Annotated[str, OneOf(MODES), Field(description="which layers run: auxiliary heads and dropout in `train` only")]
Amp = Annotated[
    Literal["bfloat16", "float16"] | None, Field(description="what autocast runs operations in; null without autocast")
]
Device = Annotated[Text | None, Field(description="where a step runs whose latency is asked for")]
ChannelsLast = Annotated[Flag, Field(description="whether maps lie in memory with their channels last there")]
Convention = Annotated[Text, Field(description="how operations become `flops`; `cnncost conventions` lists them")]
Warnings = Annotated[tuple[Text, ...], Field(description="what is odd about the spec")]

Shape = tuple[Positive, ...]
Inputs = Annotated[Mapping[str, Shape], Field(description="shape of every input of the network, with the batch")]


class Count(Sparse):
    """What one of several conventions counts of a network."""

    unit: Literal["FLOPs", "MACs"]
    """what the convention counts"""
    total: Whole | None
    """of the whole network and batch, in the forward pass; null where it does not know a layer"""
    source: Text
    """the tool and its version, or who published the rules"""
    at_least: Whole | None = None
    """what it counts of the layers that it knows, where it does not know all"""


class Printed(Record):
    """What one source prints of a network; what it does not print is null."""

    source: Text
    """who prints it"""
    params: Text | None
    """parameters, with the digits that are printed"""
    flops: Text | None
    """operations, with the digits that are printed; multiply-accumulates as often as FLOPs"""
    accuracy: Fraction | None
    """in percent"""
    metric: Text
    """what the accuracy is of"""
    note: Text | None
    """why a figure is not the exact one"""
