"""The JSON of `cnncost analyze`: a report, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, model_validator

from cnncost.documents import base
from cnncost.documents.base import Document, Shape, Sparse
from cnncost.documents.figures import Totals, in_order, names, refuse_other_names, required_names
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.figures import Figures
from cnncost.validation import Count, Flag, Number, Positive, Record, Text, Whole

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

PerAxis = tuple[Number, ...]


class Operations(Record):
    """Operations of the forward pass by kind."""

    mac: Count
    """multiply-accumulates of convolutions, linear layers and matrix products"""
    add: Count
    """additions and subtractions"""
    mul: Count
    """multiplications"""
    div: Count
    """divisions"""
    cmp: Count
    """comparisons"""
    exp: Count
    """exponentials and other transcendental functions"""


class ReceptiveField(Record):
    """What the units of a layer see of an input."""

    size: Shape
    """extent in pixels, per axis; the largest where it depends on the position"""
    jump: PerAxis | None
    """pixels between the fields of neighbours; null where there is no such number, or it is not known"""
    start_padding: PerAxis | None
    """pixels of the first unit's field before the border"""
    center: PerAxis | None
    """middle of the first unit's field; null where the place is unknown"""
    aligned: Flag
    """whether all paths that met had the same center and jump"""
    is_global: Flag = Field(alias="global")
    """whether some path reads the whole input"""
    is_bound: Flag = Field(False, alias="bound")
    """whether the size is only known to be exceeded by no unit"""
    nominal: Shape | None = None
    """of units that see the whole input and nothing less: how far what they look through reaches, at least its size"""


class Layer(Sparse):
    """A layer, or several that were merged: besides these fields, it has every figure of the totals."""

    model_config = ConfigDict(extra="allow")  # of the type below, and with the names of the registry
    __pydantic_extra__: dict[str, Count | None] = Field(init=False)

    name: Text
    """unique, hierarchical: stage[0].bottleneck[1].residual.conv"""
    type: Text
    """layer type, or the kind of block whose layers were merged"""
    inputs: tuple[Text, ...]
    """names of the layers and inputs that it reads"""
    output_shape: Shape | None
    """with the batch; null for merged layers of one type"""
    kernel: Shape | None
    """extent of the kernel or window, per axis; null for layers without one, and for merged layers"""
    stride: Shape | None
    """step of the kernel or window, per axis; null for layers without one, and for merged layers"""
    ops: Operations | None
    """operations of the forward pass by kind, for the whole batch; null where a layer of one's own does not say them"""
    receptive_field: ReceptiveField | None
    """in the first input that reaches the layer; of the last layer where several were merged"""
    receptive_fields: Mapping[str, ReceptiveField] = {}
    """in every input that reaches the layer, where the network has several"""
    cheapest_algorithm: Text | None = None
    """what computes the convolution with the fewest multiplications; null for all else, and merged layers"""
    scopes: tuple[Text, ...]
    """kinds of the blocks and loops it lies in, outermost first"""
    count: Positive
    """layers that it stands for"""
    counts: Mapping[str, Whole | None] = {}
    """what each of several conventions counts, by name, where there are several; null for a layer it does not know"""
    at_least: Mapping[str, Count] = {}
    """what is known of figures that are null since a layer of the spec's own leaves something unsaid"""

    @model_validator(mode="after")
    def _has_the_figures_of_the_registry(self) -> Self:
        refuse_other_names(self.__pydantic_extra__)
        return self

    @property
    def figures(self) -> Figures:
        """The metrics, by name."""
        return Figures(in_order(self.__pydantic_extra__), self.at_least)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written = handler(schema)
        layer = handler.resolve_ref_schema(written)
        value = layer["additionalProperties"]
        figures = {name: value | {"description": metric_called(name).about} for name in names()}
        layer["properties"] |= figures
        layer["required"] += required_names()
        layer["additionalProperties"] = False
        return written


class AnalysisDocument(Document, Sparse):
    """What a network costs, layer by layer. Counts are whole numbers of any size."""

    model_config = ConfigDict(title="cnncost report")
    label: ClassVar[str] = "a report"

    name: Text
    """name of the network"""
    source: Text | None
    """where the architecture was published"""
    variables: Mapping[str, Text]
    """what was set from outside, by variable, as it was written"""
    batch: base.Batch
    dtype: base.Dtype
    optimizer: base.Optimizer
    mode: base.Mode
    amp: base.Amp = None
    device: base.Device = None
    channels_last: base.ChannelsLast = False
    convention: base.Convention
    convention_unit: Literal["FLOPs", "MACs"] | None = None
    """what the convention counts, where it is a user's own"""
    inputs: base.Inputs
    outputs: tuple[Text, ...]
    """names of the layers that are outputs"""
    totals: Totals
    """the whole network, whatever rows are shown"""
    at_least: Mapping[str, Count] = {}
    """what is known of totals that are null since a layer of the spec's own leaves something unsaid: no less"""
    counts: Mapping[str, base.Count] = {}
    """what each of several conventions counts, by name, where `--convention` asks for several"""
    layers: tuple[Layer, ...]
    """in the order of execution, unless sorted or merged"""
    warnings: base.Warnings
