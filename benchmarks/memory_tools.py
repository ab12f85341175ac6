"""What each tool predicts for a measured step: one function for each, from a step to bytes.

Each is used as its documentation says, with what suits the step best of what it can be told. Models are on meta or fake
tensors, of which no tool looks at the numbers.
"""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from fake_cuda import autocast, let_cuda_be_faked

if TYPE_CHECKING:
    from collections.abc import Callable

    from measured_steps import Step


class Tool(NamedTuple):
    """A tool that says how much memory a step takes."""

    predict: Callable[[Step], int | None]
    """From a step to bytes; ``None`` where the tool says nothing of such a step."""
    distribution: str
    """What it is installed as."""
    figure: str = "peak_allocated"
    """The measured figure that it predicts."""
    prepare: Callable[[], None] | None = None
    """What its process does before anything else is imported."""


def _cnncost(step: Step, device: str) -> Any:
    """The live tensors of the step, in PyTorch's order; with a device's profile its allocator and workspaces too."""
    import cnncost

    return cnncost.memory(
        step.spec,
        input=list(step.input),
        mode="train" if step.trains else "infer",
        batch=step.batch,
        optimizer=_OPTIMIZERS[step.optimizer],
        weight_decay=step.trains,
        amp="bf16" if step.amp else None,
        channels_last=step.channels_last,
        device=device,
    )


def _textbook(step: Step) -> int | None:
    """Parameters, every output, and in training gradients and optimizer states, all at once."""
    import cnncost

    graph = cnncost.load(step.spec, input=list(step.input))
    mode = "train" if step.trains else "infer"
    report = cnncost.analyze(graph, batch=step.batch, mode=mode, optimizer=_OPTIMIZERS[step.optimizer])
    return report.totals.textbook_bytes


_OPTIMIZERS = {"adamw": "adamw", "momentum_wd": "momentum", None: "adam"}
"""The steps' optimizers as cnncost names them; in inference none counts."""


def _mem_tracker(step: Step) -> int:
    """The step run on fake tensors under `MemTracker`, whose optimizer has its states already."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.distributed._tools.mem_tracker import MemTracker

    layout = {"memory_format": torch.channels_last if step.channels_last else torch.preserve_format}
    model = step.model().to(**layout)
    with FakeTensorMode(allow_non_fake_inputs=True):
        model.to_empty(device="cuda")
        samples = torch.empty(step.batch_shape, device="cuda").to(**layout)
        shape = step.input[1:] if step.network.startswith("tv_seg:") else ()
        target = torch.empty(step.batch, *shape, dtype=torch.int64, device="cuda")
        optimizer = _stepped(step, model)
        tracker = MemTracker()
        tracker.track_external(*filter(lambda each: each is not None, (model, optimizer, samples, target)))
        with tracker:
            if optimizer is None:
                with torch.no_grad():
                    model(samples)
            else:
                with autocast("cuda", enabled=step.amp):
                    loss = _loss(model(samples), target)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        (total,) = (
            peak["Total"] for device, peak in tracker.get_tracker_snapshot("peak").items() if device.type == "cuda"
        )
    return int(total)


def _stepped(step: Step, model: Any) -> Any:
    """The step's optimizer after a first step, with the states that it makes there; ``None`` in inference.

    On a GPU it steps by lists of tensors unless told otherwise; fake tensors are not among what it does so for.
    """
    import torch

    if step.optimizer is None:
        return None
    make = {
        "adamw": lambda: torch.optim.AdamW(model.parameters(), foreach=True),
        "momentum_wd": lambda: torch.optim.SGD(
            model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, foreach=True
        ),
    }
    optimizer = make[step.optimizer]()
    for parameter in model.parameters():
        parameter.grad = torch.empty_like(parameter)
    optimizer.step()
    optimizer.zero_grad()
    return optimizer


def _loss(outputs: Any, target: Any) -> Any:
    """Cross-entropy over all outputs, auxiliary ones weighted by 0.4."""
    from torch.nn.functional import cross_entropy

    if isinstance(outputs, dict):
        outputs = tuple(outputs.values())
    if not isinstance(outputs, tuple):
        return cross_entropy(outputs, target)
    first, *auxiliary = (cross_entropy(output, target) for output in outputs)
    return first + 0.4 * sum(auxiliary) if auxiliary else first


def _torchinfo(step: Step) -> int:
    """The "Estimated Total Size" of its summary, on meta tensors."""
    import torchinfo

    mode = "train" if step.trains else "eval"
    return _total(torchinfo.summary(step.model(), step.batch_shape, device="meta", mode=mode, verbose=0))


def _torchinfo_under_autocast(step: Step) -> int | None:
    """The same called under autocast, whose outputs it then sees; on fake tensors, since meta tensors know none."""
    import torch
    import torchinfo
    from torch._subclasses.fake_tensor import FakeTensorMode

    if not step.amp:
        return None
    model = step.model()
    with FakeTensorMode(allow_non_fake_inputs=True):
        model.to_empty(device="cuda")
        samples = torch.empty(step.batch_shape, device="cuda")
        with autocast("cuda", enabled=True):
            return _total(torchinfo.summary(model, input_data=samples, mode="train", verbose=0))


def _total(summary: Any) -> int:
    return int(summary.total_input + summary.total_output_bytes + summary.total_param_bytes)


def _kitsune(step: Step) -> int:
    """`predict_memory`, with the state of momentum, which its documentation leaves out.

    Under autocast it gets the model in bfloat16, which its `dtype` means: told the dtype alone it cannot run a model of
    float32, and guesses up to 400 times too much. It runs the model here on meta tensors; its figures for real ones are
    the same on the networks compared.
    """
    import torch
    from kitsune.predict import predict_memory

    optimizer = {"adamw": "adamw", "momentum_wd": "sgd_momentum", None: "none"}[step.optimizer]
    dtype = torch.bfloat16 if step.amp else torch.float32
    model = step.model().to(dtype)
    with torch.device("meta"), redirect_stderr(StringIO()):  # where it prints that a run failed
        result = predict_memory(
            model,
            input_shape=step.input,
            batch_size=step.batch,
            dtype=dtype,
            optimizer=optimizer,
            training=step.trains,
        )
    return int(result.total_bytes)


def _vram_check(step: Step) -> int:
    """`analyze`, with the dtype of autocast; its `sgd` is with momentum."""
    from vram_check import analyze

    optimizer = {"adamw": "adamw", "momentum_wd": "sgd", None: "none"}[step.optimizer]
    dtype = "bf16" if step.amp else "fp32"
    report = analyze(step.model(), batch_size=step.batch, dtype=dtype, optimizer=optimizer, training=step.trains)
    return int(report["estimate"].total_bytes)


def _accelerate(step: Step) -> int:
    """What `accelerate estimate-memory` prints for the model: "Training using Adam", or its total size."""
    from accelerate.commands.estimate import estimate_training_usage
    from accelerate.utils import calculate_maximum_sizes

    total, _ = calculate_maximum_sizes(step.model())
    if not step.trains:
        return int(total)
    return int(max(estimate_training_usage(total, "float16" if step.amp else "float32").values()))


def _four_times_parameters(step: Step) -> int | None:
    """Weights, gradients and both moments of Adam."""
    return 4 * 4 * step.params if step.trains else None


def _allocated(step: Step) -> Any:
    return _cnncost(step, "h200").allocated_bytes


def _reserved(step: Step) -> Any:
    return _cnncost(step, "h200").reserved_bytes


TOOLS = {
    "cnncost": Tool(lambda step: _cnncost(step, "cuda").peak_bytes, "cnncost"),
    "cnncost h200": Tool(_allocated, "cnncost"),
    "cnncost h200 reserved": Tool(_reserved, "cnncost", figure="peak_reserved"),
    "MemTracker": Tool(_mem_tracker, "torch", prepare=let_cuda_be_faked),
    "torchinfo": Tool(_torchinfo, "torchinfo"),
    "torchinfo under autocast": Tool(_torchinfo_under_autocast, "torchinfo", prepare=let_cuda_be_faked),
    "torch-kitsune": Tool(_kitsune, "torch-kitsune"),
    "vram-check": Tool(_vram_check, "vram-check"),
    "accelerate": Tool(_accelerate, "accelerate"),
    "4 x parameters": Tool(_four_times_parameters, "cnncost"),
    "textbook's sum": Tool(_textbook, "cnncost"),
}
