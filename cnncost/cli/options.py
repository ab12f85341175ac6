"""The options that commands share, and how their texts are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Argument, Option

from cnncost.errors import SpecError
from cnncost.render.format import format_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnncost.language.limits import Limits
    from cnncost.settings import Settings

SPEC_HELP = (
    "a YAML file, `-` for standard input, or a shipped architecture; `resnet50@classes=10` sets variables. "
    "Or a PyTorch model, whose code is run: `torchvision:resnet50`, `timm:NAME`, `package.module:factory`, "
    "`file.py:factory`, or a file: `model.onnx`, `yolov3.cfg`, `yolov8n.yaml`"
)

OPTIMIZERS = "sgd|momentum|adam|adamw|rmsprop|adagrad|lion"

Spec = Annotated[str, Argument(metavar="SPEC", help=SPEC_HELP, show_default=False)]
Specs = Annotated[list[str], Argument(metavar="SPEC...", help=SPEC_HELP, show_default=False)]
Batch = Annotated[str, Option("--batch", "-b", metavar="N", help="samples in a batch")]
Input = Annotated[
    list[str] | None,
    Option("--input", "-i", metavar="[NAME=]SHAPE", help="shape of one sample, `3x224x224`; a model's `ids=16:int64`"),
]
Set = Annotated[list[str] | None, Option("--set", "-s", metavar="NAME=VALUE", help="a variable of the spec")]
Arg = Annotated[
    list[str] | None,
    Option("--arg", "-a", metavar="ARGUMENT=VALUE", help="an argument that a PyTorch model is made with"),
]
Partial = Annotated[bool, Option("--partial", help="let operators of a model that are not known be gaps")]
AllowCode = Annotated[bool, Option("--allow-code", help="run the modules that the spec names for its own layers")]
Dtype = Annotated[
    str, Option(metavar="float32|float16|bfloat16|int8", help="what parameters and activations are stored in")
]
Optimizer = Annotated[str, Option(metavar=OPTIMIZERS, help="whose state is counted in training")]
Mode = Annotated[str, Option(metavar="infer|train", help="what runs")]
Amp = Annotated[str | None, Option(metavar="bf16|fp16", help="what autocast runs operations in")]
Scaler = Annotated[bool, Option("--scaler", help="scale the loss, as float16 needs it")]
WeightDecay = Annotated[bool, Option("--weight-decay", help="let the optimizer decay weights")]
Implementation = Annotated[
    str | None, Option(metavar="foreach|fused|forloop", help="how the optimizer steps, unless PyTorch chooses")
]
Device = Annotated[
    str, Option(metavar="cpu|cuda|CARD|FILE", help="where it runs; a card such as `rtx4090`, or a profile's file")
]
LatencyDevice = Annotated[
    str | None,
    Option("--device", metavar="CARD|FILE", help="with the latency there: `h200`, or a profile of `cnncost calibrate`"),
]
ChannelsLast = Annotated[bool, Option("--channels-last", help="maps lie in memory with their channels last")]
Inplace = Annotated[bool, Option("--inplace", help="activations overwrite what they read, where nothing else does")]
NoSetToNone = Annotated[bool, Option("--no-set-to-none", help="gradients are zeroed before a step, not freed")]
Accumulate = Annotated[str, Option(metavar="N", help="passes whose gradients are added up before a step")]
Checkpoint = Annotated[
    list[str] | None, Option(metavar="BLOCK", help="a block that is computed again in backward, by name or kind")
]
Loss = Annotated[str, Option(metavar="cross_entropy|mse|sum", help="of all outputs")]
Convention = Annotated[str, Option(metavar="CONVENTION|FILE", help="how operations are counted as FLOPs")]
Conventions = Annotated[
    str,
    Option("--convention", metavar="CONVENTION|FILE,...|all", help="how operations are counted as FLOPs, or ways to"),
]
Format = Annotated[str, Option("--format", "-f", metavar="|".join(format_names()), help="how the result is written")]
Raw = Annotated[bool, Option("--raw", help="whole numbers instead of 25.6 M")]
MaxNodes = Annotated[str, Option("--max-nodes", metavar="N", help="layers that a network may have")]
MaxBytes = Annotated[str, Option("--max-bytes", metavar="N", help="bytes that a file may have")]

MAX_NODES, MAX_BYTES = "20000", "1000000"
"""What networks and files may have unless `--max-nodes` or `--max-bytes` says more: the limits of the loader."""


def limits_of(nodes: str, file_bytes: str) -> Limits:
    """How large networks and files may be; what a file may hold grows with its size.

    >>> limits_of("50000", "1000000").nodes
    50000
    """
    from cnncost.language.limits import BYTES_PER_YAML_NODE, Limits

    most = whole("--max-bytes", file_bytes)
    yaml_nodes = max(Limits().yaml_nodes, most // BYTES_PER_YAML_NODE)
    return Limits(bytes=most, nodes=whole("--max-nodes", nodes), yaml_nodes=yaml_nodes)


def whole(option: str, text: str) -> int:
    """The whole number that an option holds, from 1.

    >>> whole("--batch", "128")
    128
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text)):
        raise SpecError(f"`{option}` takes a whole number from 1, not `{text[:80]}`")
    return int(text)


def depth_of(text: str) -> int | Literal["auto"] | None:
    """What `--depth` says: a number of levels, `all`, or `auto`.

    Raises:
        SpecError: none of these.

    >>> depth_of("2"), depth_of("all"), depth_of("auto")
    (2, None, 'auto')
    """
    if text == "auto":
        return "auto"
    if text == "all":
        return None
    if text.isascii() and text.isdigit() and int(text[:9]) > 0:
        return int(text[:9])
    raise SpecError(f"the depth must be a number from 1, `all` or `auto`, not `{text[:80]}`")


def seconds_of(option: str, text: str) -> float:
    """The time that an option holds, in seconds.

    >>> seconds_of("--seconds", "0.5")
    0.5
    """
    try:
        return float(text)
    except ValueError:
        raise SpecError(f"`{option}` takes seconds, such as `0.5`, not `{text[:80]}`") from None


def refuse_unknown_device(settings: Settings) -> None:
    """Refuse a device of which it is not known how fast it is, and settings that only a device has a use for.

    Raises:
        SpecError: there is no such device; or none, and maps are to lie with their channels last on it.
    """
    if settings.device is not None:
        from cnncost.roofline.place import place_called

        place_called(settings.device)
    elif settings.channels_last:
        raise SpecError("`--channels-last` is of a device, and none is named", hint="`--device h200` names one")


def percent_of(option: str, text: str) -> float:
    """The percentage that an option holds.

    >>> percent_of("--min-accuracy", "76.1")
    76.1
    """
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = -1
    if not (percent == 0 or 1 <= percent <= 100):
        hint = f"write `{100 * percent:g}`" if 0 < percent < 1 else None
        raise SpecError(f"`{option}` takes a percentage, such as `75`, not `{text[:80]}`", hint=hint)
    return percent


def count_of(option: str, text: str) -> int:
    """The number of things that an option holds.

    >>> count_of("--max-params", "5M")
    5000000
    """
    from cnncost.amounts import parse_count

    try:
        return parse_count(text)
    except SpecError as error:
        raise SpecError(f"`{option}`: {error.message}", hint=error.hint) from None


_FEWEST_BYTES = 2**20
"""Less than this without a unit is probably an amount whose unit was left out: no device has so little."""


def memory_of(text: str | None) -> str | None:
    """The amount of bytes that `--memory` holds, as it is written; a warning where its unit was probably left out.

    Raises:
        SpecError: it is none, or names no unit that says how many bytes it is.
    """
    if text is not None:
        number = bytes_of("--memory", text)
        if number < _FEWEST_BYTES and text.strip().isdecimal():
            from cnncost.cli.output import warn

            unit = "GiB" if number < 1024 else "MiB"
            warn([f"`--memory {text.strip()}` is {number:,} bytes; did you mean `{text.strip()}{unit}`?"])
    return text


def bytes_of(option: str, text: str) -> int:
    """The amount of bytes that an option holds.

    >>> bytes_of("--max-memory", "24GiB")
    25769803776
    """
    from cnncost.amounts import parse_bytes

    try:
        return parse_bytes(text)
    except SpecError as error:
        raise SpecError(f"`{option}`: {error.message}", hint=error.hint) from None


def conventions_of(text: str) -> list[str]:
    """The conventions that an option names.

    >>> conventions_of("textbook, mine.yaml")
    ['textbook', 'mine.yaml']
    """
    return [name.strip() for name in text.split(",") if name.strip()]


def settings_of(options: Iterable[str] | None) -> dict[str, str]:
    """What `--set` options say, by variable; the last of several wins.

    >>> settings_of(["phi=3", "act = relu"])
    {'phi': '3', 'act': 'relu'}
    """
    settings: dict[str, str] = {}
    for option in options or ():
        name, equals, value = option.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise SpecError(f"`--set {option}` sets nothing", hint="write `--set NAME=VALUE`")
        settings[name.strip()] = value.strip()
    return settings


def model_arguments_of(options: Iterable[str] | None) -> dict[str, str]:
    """What `--arg` options say, by argument; the last of several wins.

    >>> model_arguments_of(["num_classes=10", "norm_layer = None"])
    {'num_classes': '10', 'norm_layer': 'None'}
    """
    given: dict[str, str] = {}
    for option in options or ():
        name, equals, value = option.partition("=")
        if not equals or not name.strip():
            raise SpecError(f"`--arg {option[:80]}` gives no argument", hint="write `--arg num_classes=10`")
        given[name.strip()] = value.strip()
    return given


def arguments_of(options: Iterable[str] | None) -> dict[str, str]:
    """What `--set` options say of one layer: several parameters may be set at once.

    >>> arguments_of(["out=128,kernel=[3,1]", "bias=false"])
    {'out': '128', 'kernel': '[3,1]', 'bias': 'false'}
    """
    import re

    parts = [part for option in options or () for part in re.split(r",(?=\s*\w+\s*=[^=])", option)]
    return settings_of(parts)


def budget_of(named: Mapping[str, str | None], others: Iterable[str] | None) -> dict[str, int]:
    """Limits by figure, from the options that have a name and from `--max FIGURE=AMOUNT`.

    Raises:
        SpecError: an option that sets no limit, two that limit the same figure, no such figure, or a text that is not
            an amount of it.

    >>> budget_of({"params": "5M", "macs": None}, ["activation_bytes=64KiB"])
    {'params': 5000000, 'activation_bytes': 65536}
    """
    from cnncost.report.budgets import limits_of

    amounts = {figure: amount for figure, amount in named.items() if amount is not None}
    for option in others or ():
        figure, equals, amount = option.partition("=")
        if not equals:
            raise SpecError(f"`--max {option[:80]}` sets no limit", hint="write `--max activation_bytes=64MiB`")
        if figure.strip() in amounts:
            raise SpecError(f"`{figure.strip()[:80]}` is limited twice", hint="give one limit for each figure")
        amounts[figure.strip()] = amount
    return limits_of(amounts)


def shapes_of(options: Iterable[str] | None) -> Any:
    """What `--input` options say: nothing, the shape of the only input, or shapes by name.

    >>> shapes_of(["3x32x32"]), shapes_of(["slow=3,4,64,64", "fast=[3, 32, 64, 64]"]), shapes_of(None)
    ((3, 32, 32), {'slow': (3, 4, 64, 64), 'fast': (3, 32, 64, 64)}, None)
    >>> shapes_of(["image=3x32x32", "ids=16:int64"])
    {'image': (3, 32, 32), 'ids': '16:int64'}
    """
    named: dict[str, tuple[int, ...] | str] = {}
    only: list[tuple[int, ...] | str] = []
    for option in options or ():
        name, equals, shape = option.rpartition("=")
        if equals and name.strip() in named:
            message = f"`--input {name.strip()[:80]}` is given twice"
            raise SpecError(message, hint="give one shape for each input")
        if equals:
            named[name.strip()] = _shape(shape)
        else:
            only.append(_shape(shape))
    if len(only) > 1 or (only and named):
        raise SpecError("several `--input` without a name", hint="write `--input NAME=3x224x224` for each")
    return named or (only[0] if only else None)


def _shape(text: str) -> tuple[int, ...] | str:
    """The sizes; the text as it is where a type stands behind them, which models have."""
    if ":" in text:
        return text.strip()
    parts = text.strip().strip("[]()").replace("×", "x").replace("x", ",").split(",")
    try:
        return tuple(int(part) for part in parts)
    except ValueError:
        hint = "write `3x224x224`: channels first, without the batch"
        raise SpecError(f"`{text[:80]}` is not a valid shape", hint=hint) from None
