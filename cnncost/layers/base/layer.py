"""The layer: fields, and formulas that read like the textbook. One subclass is one layer type of the language.

Formulas take the tensors a layer reads (`x`, or `*xs` for a join) and the tensor `y` it writes, all of one sample,
and use plain arithmetic only (`+ - * // **` and :mod:`cnncost.symbolic.dims`): one formula serves a number, an array
of design points, and the symbols of the formula reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

from cnncost.errors import LayerError
from cnncost.layers.base import specifiers
from cnncost.layers.base.choices import Reference
from cnncost.layers.base.costs import Buffers, GradientMacs, Operations
from cnncost.layers.base.fields import Field
from cnncost.layers.base.one_channel import Line, counterpart_of_one_channel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Layout, Tensor
    from cnncost.layers.base.window import Reach

REGISTRY: dict[str, type[Layer]] = {}
"""Every layer type of the language, by its keyword."""

_NOTHING: frozenset[str] = frozenset()

_FORMULAS = ("output", "parameters", "operations", "reach", "record", "counterpart")


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(
        specifiers.count,
        specifiers.sizes,
        specifiers.scales,
        specifiers.padding,
        specifiers.numbers,
        specifiers.flag,
        specifiers.real,
        specifiers.choice,
        specifiers.reference,
        specifiers.axis,
        specifiers.axes,
        specifiers.equation,
        specifiers.sources,
    ),
)
class Layer:
    """Base of all layer types; immutable, equal when type and fields are equal.

    A subclass with ``keyword=`` is a layer of the language. It must state every formula, itself or by its family:
    there is no default cost of zero, and a class without a formula is refused when it is defined.

    The constructor takes values as formulas want them (one number per axis, padding in pairs; arrays too) and does
    not check them; :meth:`make` reads the values of a spec.
    """

    keyword: ClassVar[str] = ""
    family: ClassVar[str] = ""
    source: ClassVar[str] = ""
    """Where the formulas come from: section of the notes, paper and section, or PyTorch's definition."""
    fields: ClassVar[dict[str, Field]] = {}
    references: ClassVar[tuple[str, ...]] = ()
    """Those of its fields that name an input more, which it reads where they are given."""
    accepts: ClassVar[tuple[Layout, ...]] = ("map",)
    """Layouts of input that the layer takes."""
    joins: ClassVar[bool] = False
    """Whether it reads any number of inputs, which a spec gives as branches or by `from`."""
    is_source: ClassVar[bool] = False
    """Whether it reads nothing. Its counterpart is called with how many samples there are, and no tensors."""
    needs_all_inputs: ClassVar[bool] = False
    """Whether its inputs stand in places of their own, so that none of them may be left out by a condition."""
    inputs_share_gradient: ClassVar[bool] = False
    """Whether a join has the gradients of all its inputs from one product, and not from one for each."""
    splits: ClassVar[bool] = False
    """Whether it yields several outputs: such a step stands for one layer an output."""
    is_convolution: ClassVar[bool] = False
    """Whether it slides kernels of trained weights over its input; its field `bias` says whether it adds one."""
    has_weight_matrices: ClassVar[bool] = False
    """Whether its weights multiply what it reads in sums, as those of convolutions and linear layers do."""
    reads_indices: ClassVar[bool] = False
    """Whether its input holds indices, which only come from an input of the network."""
    reads_maxima: ClassVar[bool] = False
    """Whether its last input is what a max pool reads, for which a spec names the pool; its windows are the pool's."""
    normalises_over_batch: ClassVar[bool] = False
    """Whether its statistics are those of all samples of the batch."""
    is_own: ClassVar[bool] = False
    """Whether a spec defines it: the tools that conventions are of cannot know it."""
    is_view: ClassVar[bool] = False
    """Whether its output may lie in the memory of what it reads, so that whoever overwrites the one changes both."""

    def __init_subclass__(cls, keyword: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        for name, field in own.items():
            field.name = name
        # A class that restates a field of its family also places it: signatures keep the order of the class body.
        cls.fields = {name: field for name, field in cls.fields.items() if name not in own} | own
        cls.references = tuple([name for name, field in cls.fields.items() if isinstance(field, Reference)])
        if keyword is not None:
            cls.keyword = keyword
            _register(cls)

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - self.fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {min(unknown)!r}")
        per_axis = [values.get(name) for name, field in self.fields.items() if field.per_axis]
        rank = max((len(value) for value in per_axis if isinstance(value, tuple)), default=0)
        self.__dict__.update(values | self._defaults(values, rank))

    @classmethod
    def _defaults(cls, values: Mapping[str, Any], rank: int) -> dict[str, Any]:
        """The fields that `values` leaves out, read like the values of a spec."""
        defaults: dict[str, Any] = {}
        for name, field in cls.fields.items():
            if name in values:
                continue
            if field.required:
                raise LayerError(f"`{cls.keyword}` needs `{name}`, {field.about}", hint=f"it is {cls.signature()}")
            plain = field.default({**values, **defaults}) if callable(field.default) else field.default
            defaults[name] = None if plain is None else field.read(plain, rank)
        return defaults

    @classmethod
    def make(cls, arguments: Mapping[str, Any], rank: int) -> Self:
        """The layer of this type with the arguments of a spec, each checked and broadcast over `rank` axes.

        Raises:
            LayerError: an unknown or missing argument, or a value of the wrong type.

        >>> from cnncost.layers import REGISTRY
        >>> REGISTRY["maxpool"].make({"kernel": 3, "stride": 2, "padding": 1}, rank=2)
        maxpool(kernel=(3, 3), stride=(2, 2), padding=((1, 1), (1, 1)), dilation=(1, 1))
        """
        cls.refuse_unknown(arguments)
        values = {name: cls.fields[name].read(value, rank) for name, value in arguments.items()}
        layer = cls.__new__(cls)
        defaults = cls._defaults(values, rank)
        layer.__dict__.update({name: values[name] if name in values else defaults[name] for name in cls.fields})
        return layer

    @classmethod
    def refuse_unknown(cls, names: Mapping[str, Any] | Sequence[str]) -> None:
        """Raise a `LayerError` for the first of `names` that is no field of this layer type."""
        for name in names:
            if name not in cls.fields:
                from cnncost.layers.base.elsewhere import suggest_parameter  # only a failing run pays for the import

                close, hint = suggest_parameter(name, cls.fields)
                takes = f"it is {cls.signature()}" if cls.fields else f"`{cls.keyword}` takes no arguments"
                hint = "; ".join(filter(None, [hint, takes]))
                raise LayerError(f"`{cls.keyword}` has no parameter `{name}`{close}", field=name, hint=hint)

    @classmethod
    def signature(cls) -> str:
        """How a spec writes it, as in the language's catalogue.

        >>> from cnncost.layers import REGISTRY
        >>> REGISTRY["linear"].signature()
        'linear(out, bias=true, fixed=false, weight_norm=false, spectral_norm=false, axis=channels, computed_from=none)'
        """
        return f"{cls.keyword}({', '.join(_parameter(field) for field in cls.fields.values())})"

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Its fields with their values."""
        return {name: getattr(self, name) for name in self.fields}

    @property
    def unsaid(self) -> frozenset[str]:
        """What is not known of it, by the names of the formulas: a gap in every figure that they make."""
        return _NOTHING

    @property
    def texts(self) -> Mapping[str, tuple[str, str]]:
        """Figures as a spec's own definition writes them, and the same with numbers; by their names in a report."""
        return {}

    def may_share_with(self, other: Layer) -> bool:
        """Whether the weights of `other` fit it, as far as the fields say."""
        return self == other

    @property
    def follows_shape(self) -> bool:
        """Whether its last input is there for its shape only."""
        return any(getattr(self, name) for name in self.references)

    @property
    def overwrites(self) -> bool:
        """Whether its output takes the place of its input, as where PyTorch's modules are told `inplace`."""
        return bool(vars(self).get("inplace"))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"layers are immutable: cannot set {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        given = {name: value for name, value in self.__dict__.items() if value is not self.fields[name].default}
        return f"{self.keyword}({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    # What every layer type states. The signatures of the subclasses are narrower: (x) or (*xs), and y by name.

    def check(self, *inputs: Any, **_: Any) -> None:
        """Refuse inputs that the layer cannot take; called before any formula, on whole numbers only.

        Raises:
            LayerError: in the layer's own terms, with the field at fault.
        """

    def fitted(self, *inputs: Any) -> Layer:
        """The layer that this one is for these inputs: itself, unless it leaves a field to them.

        Raises:
            LayerError: they do not decide it.
        """
        return self

    def output(self, *inputs: Any, **_: Any) -> Tensor:
        """Shape of the output sample."""
        raise NotImplementedError

    def parameters(self, *inputs: Any, **_: Any) -> int:
        """Trainable elements."""
        raise NotImplementedError

    def biases(self, *inputs: Any, **_: Any) -> int:
        """Those of the parameters that are added, which PyTorch calls `bias`."""
        return 0

    def buffers(self, *inputs: Any, **_: Any) -> Buffers:
        """Stored elements that are not trained; running statistics, and weights that are given."""
        return Buffers()

    def weight_shape(self, *inputs: Any, **_: Any) -> tuple[int, ...] | None:
        """Sizes of PyTorch's `weight`, which a `parameter` may share; ``None`` where there is no such tensor."""
        return None

    def operations(self, *inputs: Any, **_: Any) -> Operations:
        """Operations of the forward pass of one sample, in inference."""
        raise NotImplementedError

    def training_operations(self, *inputs: Any, **_: Any) -> Operations:
        """The same in training; as in inference unless the layer says otherwise (dropout)."""
        return self.operations(*inputs, **_)

    def weight_operations(self, *inputs: Any, **_: Any) -> Operations:
        """Operations on the weights alone, once a pass however many samples there are: where they are normalised."""
        return Operations()

    def gradient_macs(self, *inputs: Any, **_: Any) -> GradientMacs:
        """Multiply-accumulates of backward: weight and input gradient as the forward pass (notes 004, 9.8).

        A layer that multiplies activations with each other says so itself (attention).
        """
        macs = self.operations(*inputs, **_).mac
        return GradientMacs(weights=macs, inputs=macs)

    def bias_additions(self, *inputs: Any, **_: Any) -> int:
        """Those of the additions that add a bias, which some conventions leave out."""
        return 0

    def column_elements(self, *inputs: Any, **_: Any) -> int:
        """Elements of the im2col matrix of one sample; only convolutions lower to one."""
        return 0

    def index_elements(self, *inputs: Any, **_: Any) -> int:
        """Positions of maxima that backward needs; only max pools keep them."""
        return 0

    def record(self, tape: Tape, *inputs: Any, **output: Any) -> Value:
        """Run on a tape, as autograd records the PyTorch module: what is made, and what is kept for backward.

        Args:
            tape: what is recorded on.
            inputs: the tensors that the layer reads, as the tape has them.
            output: the shape of its output, as `y`.
        """
        raise NotImplementedError

    def reach(self, *inputs: Any, **_: Any) -> tuple[Reach, ...]:
        """What an output unit reads, for each input in turn."""
        raise NotImplementedError

    def counterpart(self, nn: Any, *inputs: Any) -> Any:
        """The PyTorch module (or a function of tensors) that this layer describes; `nn` is ``torch.nn``."""
        raise NotImplementedError

    def one_channel(self, nn: Any, line: Line, *inputs: Any, **output: Any) -> Any:
        """What stands for the layer in a network of one channel, where the receptive field is seen by what lights up.

        It follows from what the layer does, never from its `reach`, which is checked with it. By default it is the
        counterpart made for one channel.

        Args:
            nn: ``torch.nn``.
            line: the axis that is looked at.
            inputs: shapes of what the layer reads in the real network; the keyword `y` is its output.

        Returns:
            A function of the tensors that the layer reads, where ``None`` is one that is dark.

        Raises:
            LayerError: one channel cannot show what it does.
        """
        return counterpart_of_one_channel(nn, line, self, inputs, output["y"])

    def through_statistics(self) -> Any:
        """What its means and variances over positions let through of one channel; ``None`` where it takes none."""
        return None


def _register(cls: type[Layer]) -> None:
    if cls.keyword in REGISTRY:
        raise TypeError(f"two layer types are called {cls.keyword!r}")
    missing = [name for name in _FORMULAS if getattr(cls, name) is getattr(Layer, name)]
    if missing:
        raise TypeError(f"layer type {cls.keyword!r} does not state its {' and '.join(missing)}")
    REGISTRY[cls.keyword] = cls


def _parameter(field: Field) -> str:
    if field.required:
        return field.name
    if callable(field.default):
        return f"{field.name}={field.default.__doc__}"
    if isinstance(field.default, bool):
        return f"{field.name}={str(field.default).lower()}"
    default = "none" if field.default is None else str(field.default).replace("e-0", "e-")
    return f"{field.name}={default}"
