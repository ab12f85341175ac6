"""Writes `formulas.md`: every formula of every layer type, by running the layers' own methods on symbols."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.algorithms import ALGORITHMS, Algorithm, ConvolutionCall
from cnncost.conventions import CONVENTIONS
from cnncost.errors import LayerError
from cnncost.explanation.formulas import Formulas
from cnncost.layers import REGISTRY, Tensor
from cnncost.layers.base.choices import Axis, Choice, Flag, Reference
from cnncost.layers.base.fields import Count, Numbers, Padding, Real, Sizes
from cnncost.layers.base.window import Contracted, Dealt, Folded, Grouped, Picked, Reads, Relabelling, Shifted, Unfolded
from cnncost.metrics import METRICS
from cnncost.metrics.textbook_memory import MEMORY_PARTS
from cnncost.settings import ITEM_SIZES, OPTIMIZER_STATES
from cnncost.symbolic.symbols import Symbol
from cnncost.symbolic.terms import Sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.layers import Layer
    from cnncost.layers.base.fields import Field
    from cnncost.layers.base.window import Reach
    from cnncost.symbolic.expression import Value

INTRODUCTION = """\
# Formulas

What every layer type computes, and what `cnncost` counts for it. This page is written by `python -m docs.generate`: the
methods that compute the figures are run on symbols instead of numbers, so the text cannot differ from the program.

All formulas are for one sample; operations on the weights are done once a pass, whatever the batch. A figure that is
not listed is 0.

| symbol | meaning |
|---|---|
| C, C_i, C_o | channels; of the input and of the output where they differ |
| H, W, H_o, W_o | height and width of the input and of the output; one axis less in 1D (L), one more in 3D (D) |
| T | tokens |
| k², k_h·k_w | one letter where all axes have the same number, else the axis stands behind it |
| ⌊a/b⌋, ⌈a/b⌉, a/b | a quotient rounded down, rounded up, and one that leaves nothing over |
| [a ≥ b] | 1 where it holds, else 0 |
| gcd(a, b) | the greatest common divisor |

- **operations** are what really runs, by kind: `mac` multiply-accumulates, `add` additions and subtractions, `mul`
  multiplications, `div` divisions, `cmp` comparisons, `exp` exponentials and other transcendental functions.
- **FLOPs** are those of the `textbook` convention: two for a multiply-accumulate, none for the addition of a bias, one
  per element for an activation, and otherwise one for each operation.
- **gradients** are the multiply-accumulates of the backward pass.
- **reads** says what one output unit sees of the input along each axis: unit i reads the inputs from i·step + start on,
  as many as the window is long. Receptive fields follow from it.
- "notes" are [unpublished course notes](sources.md#the-notes); a paper or a book stands beside them.
"""

ALGORITHMS_HEADING = """\
## Convolution algorithms

How a convolution can be computed, of a batch of B samples with b bytes for a number: `cnncost analyze --algorithms` and
`cnncost explain` show it. Multiplications are real ones, of data with weights; extra memory is everything that is kept
besides input, weights and output. The formulas are those of a 3 × 3 convolution of stride 1 over a map.
"""

TOTALS = """\
## Totals and memory

A network's figure is the sum over its layers, or the largest where one buffer serves all of them.

| figure | what it is | total |
|---|---|---|
"""

REACHES = {
    Reads.POINT: "The same position",
    Reads.WHOLE: "The whole input",
    Reads.MIXTURE: "Every channel of the same position",
    Reads.NEIGHBOURS: "Neighbouring channels of the same position",
    Reads.ANYWHERE: "Some positions, and only the numbers say which: a bound",
    Reads.ELSEWHERE: "One unit at another place",
    Reads.NOTHING: "Nothing but its size",
    Reads.STATISTICS: "The same position, and everything through its mean and variance",
}

PLACES: dict[type, str] = {
    Relabelling: "One unit, at another place",
    Unfolded: "One element of one window",
    Folded: "The elements of windows that meet there",
    Contracted: "All there is along some axes, and its own place along the others",
    Picked: "One unit, at the place along each axis that is chosen",
    Shifted: "The same position of one channel",
    Dealt: "The same position of one channel",
}

MAP, FLAT, TOKENS = Tensor(24, (20, 28)), Tensor(24, (), "flat"), Tensor(24, (16,), "tokens")

# What a layer takes that takes none of these.
ALONE = {"fold": Tensor(24, (19 * 27,)), "affine_grid": Tensor(6, (), "flat")}

# What a step is like, where it is not any.
FOLLOWED = {"max_unpool": Tensor(24, (40, 56))}

# What fits beside a map in a join that does not take two of a kind.
BESIDE = {
    "concat": (Tensor(8, (20, 28)),),
    "matmul": (Tensor(24, (28, 16)),),
    "einsum": (Tensor(24, (16,)),),
    "scaled_dot_product_attention": (Tensor(24, (16, 28)), Tensor(24, (16, 12))),
    "grid_sample": (Tensor(2, (10, 14)),),
    "deform_conv": (Tensor(8, (19, 27)),),
}

# What a spec may write where the field alone does not say what fits.
VALUES: dict[tuple[str, str], Any] = {
    ("reshape", "size"): [6, 80, 28],
    ("permute", "axes"): [1, 0, 2],
    ("slice", "stop"): 5,
    ("pad", "before_after"): [[1, 2], [1, 2]],
    ("upsample", "scale"): 2,
    ("scale", "factor"): 0.1,
    ("shift", "offset"): 0.1,
    ("clamp", "low"): 0,
    ("fold", "size"): [20, 28],
    ("parameter", "shape"): [512, 4, 4],
    ("affine_grid", "size"): [20, 28],
    ("max_unpool", "kernel"): 2,
    ("deform_conv", "kernel"): 2,
    ("roll", "shifts"): 2,
    ("expand", "size"): [24, 20, 28],
    ("einsum", "equation"): "bchw,bcd->bdhw",
}


class Example(NamedTuple):
    """A layer with inputs that it fits, and how its fields differ from what a spec writes at the least."""

    formulas: Formulas
    difference: str


def page() -> str:
    """The text of the page."""
    families: dict[str, list[type[Layer]]] = {}
    for layer in REGISTRY.values():
        families.setdefault(layer.family, []).append(layer)
    parts = [INTRODUCTION]
    for family, layers in families.items():
        parts.append(f"## {family.capitalize()}\n\n{_about_family(layers)}\n")
        parts += ["\n".join(_layer(layer)) for layer in layers]
    return "\n".join([*parts, ALGORITHMS_HEADING, *_algorithms(), TOTALS + "\n".join(_totals())]) + "\n"


def _about_family(layers: list[type[Layer]]) -> str:
    """What the modules of a family say that they hold."""
    about = [(sys.modules[layer.__module__].__doc__ or "").strip() for layer in layers]
    return " ".join(dict.fromkeys(about)).replace(":mod:", "").replace("``", "`")


def _layer(layer: type[Layer]) -> Iterator[str]:
    first, *others = examples(layer)
    yield f"### {layer.keyword}\n"
    yield f"`{layer.signature()}`\n"
    yield _sentence(layer.__doc__) + "\n"
    if layer.fields:
        yield "| parameter | symbol | what it is |\n|---|---|---|"
        yield from (f"| `{name}` | {_letter(field)} | {field.about} |" for name, field in layer.fields.items())
        yield ""
    yield "| figure | formula |\n|---|---|"
    base = dict(rows(first.formulas, layer))
    yield from (f"| {name} | {formula} |" for name, formula in base.items())
    for example in others:
        for name, formula in rows(example.formulas, layer):
            if base.get(name) != formula:
                yield f"| {name}, with {example.difference} | {formula} |"
        yield from (
            f"| {name}, with {example.difference} | 0 |"
            for name in base
            if name not in dict(rows(example.formulas, layer))
        )
    yield f"\nTakes {', '.join(layer.accepts) or 'nothing'}. Source: {layer.source}.\n"


def examples(layer: type[Layer]) -> Iterator[Example]:
    """The layer with as little written as it takes, then every flag, word and optional size in turn."""
    given = {name: _value(layer, field) for name, field in layer.fields.items() if _is_written(layer, field)}
    yield Example(_formulas(layer, given), "")
    required = {name: value for name, value in given.items() if layer.fields[name].required}
    for name, field in layer.fields.items():
        for value, shown in _alternatives(layer, field):
            # Optional sizes exclude each other; everything else goes together.
            beside = required if field.default is None else given
            with suppress(LayerError):  # words for maps of other ranks: `linear`, `trilinear`
                yield Example(_formulas(layer, {**beside, name: value}), shown)


def _is_written(layer: type[Layer], field: Field) -> bool:
    return field.required or (layer.keyword, field.name) in VALUES


def _alternatives(layer: type[Layer], field: Field) -> list[tuple[Any, str]]:
    """Other values of a field that may change formulas, and how they are written."""
    if isinstance(field, Flag):
        value = not field.default
        return [(value, f"`{field.name}: {str(value).lower()}`")]
    if isinstance(field, (Choice, Padding)):
        return [(word, f"`{field.name}: {word}`") for word in field.literals if word != field.default]
    if field.default is None and (layer.keyword, field.name) not in VALUES:
        return [(_value(layer, field), f"`{field.name}`")]
    return []


def _value(layer: type[Layer], field: Field) -> Any:
    if (layer.keyword, field.name) in VALUES:
        return VALUES[layer.keyword, field.name]
    match field:
        case Axis():
            return "channels"
        case Sizes() | Count():
            return max(field.low, 2)
        case Padding() | Real() | Numbers():
            return 1
        case Reference():
            return True
    raise TypeError(f"no example for `{layer.keyword}` without its `{field.name}`")


def _formulas(layer: type[Layer], given: dict[str, Any]) -> Formulas:
    if layer.is_source:
        source = layer.make(given, rank=0)
        source.check()
        return Formulas(source, ())
    x = ALONE.get(layer.keyword, {"map": MAP, "flat": FLAT, "tokens": TOKENS}[layer.accepts[0]])
    made = layer.make(given, len(x.spatial) if x.layout == "map" else 0)
    xs: tuple[Tensor, ...]
    if layer.joins:
        xs = (x, *BESIDE.get(layer.keyword, (x,)))
    else:
        follows = any(isinstance(field, Reference) and getattr(made, name) for name, field in layer.fields.items())
        xs = (x, FOLLOWED.get(layer.keyword, Tensor(5, (10, 14)))) if follows else (x,)
    made.check(*xs)
    return Formulas(made, xs)


def rows(formulas: Formulas, layer: type[Layer]) -> Iterator[tuple[str, str]]:
    """Every figure of a layer that is not 0, with its formula."""
    yield "output", _output(formulas)
    if layer.operations.__doc__:
        yield "operations", _cell(layer.operations.__doc__)
    figures: list[tuple[str, Value]] = [
        ("parameters", formulas.parameters),
        ("buffers", sum(formulas.buffers)),
        *((f"`{kind}`", count) for kind, count in formulas.operations._asdict().items()),
        *_training(formulas),
        *_on_weights(formulas),
        ("FLOPs", formulas.flops(CONVENTIONS["textbook"])),
        *((f"gradients of {what}", macs) for what, macs in _gradients(formulas)),
        ("im2col elements", formulas.column_elements),
        ("positions of maxima", formulas.index_elements),
    ]
    yield from ((name, f"`{value}`") for name, value in figures if value != 0)
    yield "reads", _reads(formulas, layer)


def _output(formulas: Formulas) -> str:
    shape = " × ".join(f"({size})" if isinstance(size, Sum) else str(size) for size in formulas.y.dims)
    named = [
        (str(size), formula, letter)
        for size, formula, letter in zip(formulas.y.spatial, formulas.output.spatial, "HW", strict=False)
        if isinstance(size, Symbol) and size != formula
    ]
    if not named:
        return f"`{shape}`"
    (name, formula, letter), *others = named
    texts = [f"`{name} = {formula}`"]
    for other, other_formula, other_letter in others:
        alike = str(other_formula) == str(formula).replace(letter, other_letter)
        texts.append(f"`{other}` likewise" if alike else f"`{other} = {other_formula}`")
    return f"`{shape}` where {', '.join(texts)}"


def _training(formulas: Formulas) -> Iterator[tuple[str, Value]]:
    for kind, count in formulas.training_operations._asdict().items():
        if count != getattr(formulas.operations, kind):
            yield f"`{kind}` in training", count


def _on_weights(formulas: Formulas) -> Iterator[tuple[str, Value]]:
    """Operations that a pass does once, whatever the batch."""
    in_inference, in_training = (formulas.weight_operations(training=training)._asdict() for training in (False, True))
    for kind, count in in_inference.items():
        yield f"`{kind}` on the weights", count
        if in_training[kind] != count:
            yield f"`{kind}` on the weights in training", in_training[kind]


def _gradients(formulas: Formulas) -> Iterator[tuple[str, Value]]:
    names = {"weights": "the weights", "inner": "what lies between", "inputs": "the input"}
    yield from ((names[what], macs) for what, macs in formulas.gradient_macs._asdict().items())


def _reads(formulas: Formulas, layer: type[Layer]) -> str:
    if formulas.reach is None:
        return _cell(layer.reach.__doc__)
    texts = [_reach(reach) for reach in formulas.reach]
    return texts[0] if len(set(texts)) == 1 else "; ".join(texts)


def _reach(reach: Reach) -> str:
    if type(reach) in PLACES:
        return PLACES[type(reach)]
    reads = reach.reads if isinstance(reach, Grouped) else reach
    if isinstance(reads, Reads):
        return REACHES[reads]
    window = reads[0]
    return f"Windows of `{window.size}`, step `{window.stride}`, start `{window.start}`"


def _algorithms() -> Iterator[str]:
    formulas = _formulas(REGISTRY["conv"], {"out": 24, "kernel": 3, "padding": 1})
    call = ConvolutionCall(formulas.layer, formulas.xs[0], formulas.y, Symbol("B"))  # type: ignore[arg-type]  # in symbols
    for algorithm in ALGORITHMS.values():
        sizes = algorithm.sizes(call)
        letters: dict[str, Any] = {name: Symbol(name) for name in sizes}
        yield f"### {algorithm.name}\n\n{_about_algorithm(type(algorithm))}\n\n| figure | formula |\n|---|---|"
        yield from (f"| {name}, {algorithm.letters[name]} | `{size}` |" for name, size in sizes.items())
        yield f"| multiplications | `{algorithm.multiplications(call, **letters)}` |"
        yield f"| bytes of extra memory | `{Symbol('b') * algorithm.extra_elements(call, **letters)}` |"
        yield f"\nSource: {algorithm.source}.\n"


def _about_algorithm(algorithm: type[Algorithm]) -> str:
    """Its docstring and that of its family, a line for each paragraph."""
    family = [each.__doc__ or "" for each in algorithm.__mro__ if issubclass(each, Algorithm) and each is not Algorithm]
    paragraphs = "\n\n".join(family).strip().split("\n\n")
    return "\n\n".join(filter(None, map(_sentence, paragraphs)))


def _totals() -> Iterator[str]:
    for metric in METRICS.values():
        yield f"| `{metric.name}` | {metric.about} | {'sum' if metric.total == 'sum' else 'largest'} |"
    yield "\nWhat `textbook_bytes` adds up:\n\n| mode | parts |\n|---|---|"
    yield from (f"| `{mode}` | {' + '.join(f'`{part}`' for part in parts)} |" for mode, parts in MEMORY_PARTS.items())
    yield "\nNumbers that an optimizer keeps for each trainable parameter P:\n\n| optimizer | numbers |\n|---|---|"
    yield from (f"| `{name}` | {states} |" for name, states in OPTIMIZER_STATES.items())
    yield "\nBytes of a number:\n\n| dtype | bytes |\n|---|---|"
    yield from (f"| `{name}` | {size} |" for name, size in ITEM_SIZES.items())


def _letter(field: Field) -> str:
    numeric = isinstance(field, (Count, Numbers, Padding)) and not field.indexes
    return (field.symbol or field.name) if numeric else ""


def _cell(docstring: str | None) -> str:
    """The same as it stands in a table."""
    return _sentence(docstring).rstrip(".").replace("|", "\\|")


def _sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring on one line."""
    paragraph = (docstring or "").strip().split("\n\n")[0]
    return " ".join(paragraph.replace("``", "`").split())
