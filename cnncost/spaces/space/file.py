"""The YAML file of a space: axes, what follows from them, conditions, and how points are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from cnncost.errors import Span, SpecError
from cnncost.files import read_file, reason, shown_path
from cnncost.language.limits import Limits
from cnncost.language.yaml.forms import text_span
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.language.yaml.plain import plain
from cnncost.language.yaml.reader import parse
from cnncost.spaces.expressions.expression import ColumnExpression, column_expression
from cnncost.spaces.space.names import checked_name
from cnncost.spaces.space.sampling import Sampling
from cnncost.spaces.space.space import Space
from cnncost.spaces.space.values import Range, axis_of, is_input, listed, range_axis, shape_of, value_of
from cnncost.validation import Flag, Number, Positive, Record, Text, first_fault

if TYPE_CHECKING:
    from os import PathLike

    from cnncost.spaces.space.axes import Axis

Plain = Flag | Number | Text


class RangeFields(Record):
    """From one number to another."""

    from_: Number | Text = Field(alias="from")
    """the first value; of an input a shape, `3x128x128`"""
    to: Number | Text
    """the last value, where a step ends on it"""
    step: Number | None = None
    """how far apart they are; 1 between whole numbers when absent"""
    factor: Number | None = None
    """what each is multiplied by for the next"""
    log: Positive | Flag | None = None
    """how many values there are on a logarithmic scale; `true` for all, which are drawn from"""


class SampleFields(Record):
    """How points are drawn."""

    points: Positive
    """how many"""
    method: Text = "random"
    """`random` or `sobol`"""
    seed: int = 0
    """what the generator starts from"""


class SpaceFile(Record):
    """A design space."""

    spec: Text | None = None
    """the network: a path, or the name of an architecture that ships"""
    vary: Annotated[Mapping[str, Plain | tuple[Plain | tuple[Plain, ...], ...] | RangeFields], Field(min_length=1)]
    """what varies: values or ranges by the name of a variable, of an element such as `depths[2]`, `batch` or `input`"""
    set: Mapping[str, Plain | tuple[Plain, ...]] = {}
    """what follows from that: expressions over what stands before them, by the name of what they set"""
    constraints: Text | tuple[Text, ...] = ()
    """conditions on points: expressions over what varies and over figures, such as `params <= 5M`"""
    sample: SampleFields | None = None
    """how points are drawn; all of them are taken when absent"""


def read_space(path: str | PathLike[str]) -> tuple[Space, str | None]:
    """The space that a file describes, and the spec that it names.

    Raises:
        SpecError: there is no such file, or something is wrong with it; with the place in it.
    """
    shown = shown_path(path)
    try:
        data = read_file(path, Limits().bytes)
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown}`") from None
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise SpecError(f"cannot read `{shown}`: {why}") from None
    return parse_space(data, shown)


def parse_space(data: str | bytes, name: str) -> tuple[Space, str | None]:
    """The space that the text of a file describes, and the spec that it names.

    Args:
        data: the text.
        name: what errors call the file.

    Raises:
        SpecError: something is wrong with it; with the place in it.

    >>> space, spec = parse_space("{spec: resnet50, vary: {batch: [1, 8]}}", "space.yaml")
    >>> space.names, spec
    (('batch',), 'resnet50')
    """
    root = parse(data, name)
    fields = _checked(root)
    assert isinstance(root, MappingNode)
    vary, settings = root.get("vary"), root.get("set")
    assert isinstance(vary, MappingNode)
    axes = tuple([_axis(checked_name(key.text, key.span), node)._replace(span=key.span) for key, node in vary.entries])
    follows = settings.entries if isinstance(settings, MappingNode) else ()
    derived = tuple([(checked_name(key.text, key.span), _expression(node)) for key, node in follows])
    _refuse_unknown(axes, derived)
    sample = fields.sample
    sampling = None if sample is None else _sampling(sample, root)
    return Space(axes, derived, tuple(_constraints(root.get("constraints"))), sampling), fields.spec


def _checked(root: Node) -> SpaceFile:
    """The fields of a file, of the right form.

    Raises:
        SpecError: one is not, with its place.
    """
    data = plain(root)
    if not isinstance(data, dict):
        hint = "a space has `vary`: a mapping of names to values"
        raise SpecError("the file describes no space: it holds no keys", root.span, hint=hint)
    try:
        return SpaceFile.model_validate(data)
    except ValidationError as error:
        location = error.errors(include_url=False)[0]["loc"]
        known = ", ".join(f"`{name}`" for name in SpaceFile.model_fields)
        message = first_fault(error, data)
        raise SpecError(message, _place(root, location), hint=f"a space has {known}") from None


def _place(node: Node, location: tuple[str | int, ...]) -> Span:
    """Where a path leads to, as far as it leads."""
    for step in location:
        if isinstance(node, MappingNode) and isinstance(step, str):
            found = node.get(step)
            if found is None:
                continue
            if found is not None and step == location[-1]:
                return node.key(step).span
            node = found
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node.span


def _axis(name: str, node: Node) -> Axis:
    if isinstance(node, Scalar):
        return axis_of(name, node.text, text_span(node))
    if isinstance(node, MappingNode):
        return range_axis(name, _range(node), node.span)
    if is_input(name) and all(isinstance(item, Scalar) and not _is_shape(item) for item in node.items):
        return listed(name, [shape_of(name, _written(node), node.span)], node.span)
    values: list[Any] = []
    for item in node.items:
        if isinstance(item, Scalar):
            axis = axis_of(name, item.text, text_span(item))
            values += _all(axis, item.span)
        else:
            values.append(value_of(name, _written(item), item.span))
    return listed(name, values, node.span)


def _is_shape(item: Scalar) -> bool:
    return "x" in item.text


def _all(axis: Axis, span: Span) -> list[Any]:
    import numpy as np

    if axis.size is None:
        raise SpecError("a range in a list needs a step", span, hint="write `0.25:2:0.05`")
    values: list[Any] = axis.nth(np.arange(axis.size)).tolist()
    return values


def _range(node: MappingNode) -> Range:
    """The range of a mapping; which keys it has is checked already."""
    texts = {key.text: value.text for key, value in node.entries if isinstance(value, Scalar)}
    steps = [name for name in ("step", "factor", "log") if name in texts]
    if len(steps) > 1:
        raise SpecError(f"a range has one of `{steps[0]}` and `{steps[1]}`", node.key(steps[1]).span)
    step = None if not steps else texts[steps[0]]
    if steps == ["factor"]:
        step = f"x{step}"
    elif steps == ["log"]:
        step = None if step == "false" else "log" if step == "true" else f"log{step}"
    return Range(texts["from"], texts["to"], step)


def _expression(node: Node) -> ColumnExpression:
    if isinstance(node, Scalar):
        return column_expression(node.text, text_span(node))
    return column_expression(_written(node), node.span)


def _written(node: Node) -> str:
    """A list as the language writes it."""
    if isinstance(node, SequenceNode):
        return f"[{', '.join(map(_written, node.items))}]"
    if not isinstance(node, Scalar):
        raise SpecError("a mapping cannot stand here", node.span)
    return node.text


def _constraints(node: Node | None) -> list[ColumnExpression]:
    if node is None:
        return []
    items = node.items if isinstance(node, SequenceNode) else [node]
    return [_expression(item) for item in items]


def _sampling(sample: SampleFields, root: MappingNode) -> Sampling:
    try:
        return Sampling.checked(sample.points, sample.method, sample.seed)
    except SpecError as error:
        raise SpecError(error.message, root.key("sample").span, hint=error.hint) from None


def _refuse_unknown(axes: tuple[Axis, ...], derived: tuple[tuple[str, ColumnExpression], ...]) -> None:
    """Refuse expressions that read something else than what stands before them."""
    known = [axis.name for axis in axes]
    for name, expression in derived:
        expression.refuse_unknown(known, "what stands before it is")
        known.append(name)
