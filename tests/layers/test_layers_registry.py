"""The catalogue itself: what is in it, and that a layer without a formula cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cnncost.layers import REGISTRY, Layer, Operations, Reach, Reads, Tensor
from cnncost.layers.activation import Activation
from cnncost.layers.base.specifiers import count

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

# The catalogue of the language, parameters in order.
SIGNATURES = """
conv(out, kernel=1, stride=1, padding=0, dilation=1, groups=1, bias=true,
  fixed=false, weight_norm=false, spectral_norm=false, computed_from=none, padding_mode=zeros)
conv_transpose(out, kernel, stride=1, padding=0, output_padding=0, dilation=1, groups=1, bias=true,
  fixed=false, weight_norm=false, spectral_norm=false, computed_from=none)
group_conv(out, kernel, group=p4, lifting=false, stride=1, padding=0, dilation=1, bias=true)
group_batchnorm(group=p4, affine=true, eps=1e-5) group_maxpool(group=p4)
linear(out, bias=true,
  fixed=false, weight_norm=false, spectral_norm=false, axis=channels, computed_from=none)
batchnorm(affine=true, eps=1e-5, fixed=false) layernorm(affine=true, eps=1e-5, axes=channels)
groupnorm(groups, affine=true) instancenorm(affine=false) local_response_norm(size, alpha=0.0001, beta=0.75, k=1.0)
l2_normalize(eps=1e-12, axis=channels) rms_norm(affine=true, eps=none, axes=channels) grn(eps=1e-6)
maxpool(kernel, stride=kernel, padding=0, dilation=1, ceil=false)
avgpool(kernel, stride=kernel, padding=0, ceil=false, count_include_pad=true)
adaptive_avgpool(size) adaptive_maxpool(size) global_avgpool() global_maxpool() channel_avgpool() channel_maxpool()
relu(inplace=false) relu6(inplace=false) leaky_relu(slope=0.01, inplace=false) prelu(channelwise=false)
elu(inplace=false) selu(inplace=false) gelu() silu(inplace=false) mish(inplace=false) sigmoid() tanh() softplus()
hardswish(inplace=false) hardsigmoid(inplace=false) identity(copies=never) softmax(axis=channels) softmin(axis=channels)
log_softmax(axis=channels) glu(axis=channels)
celu(alpha=1.0, inplace=false) rrelu(lower=0.125, upper=0.3333333333333333, inplace=false) tanhshrink() softsign()
logsigmoid() hardtanh(low=-1.0, high=1.0, inplace=false) threshold(threshold, value, inplace=false)
hardshrink(threshold=0.5) softshrink(threshold=0.5)
abs() neg() reciprocal() square() sqrt() rsqrt() power(exponent) exp() log() sin() cos() erf() floor() ceil() round()
sign() clamp(low=none, high=none)
dropout(p=0.5, inplace=false) stochastic_depth(p) scale(factor=none, learned=none) layer_scale()
shift(offset=none, learned=none)
add() concat(axis=channels) multiply() subtract() divide() maximum() minimum() matmul(transpose=none) einsum(equation)
flatten() reshape(size) permute(axes) slice(start, stop, step=1, axis=channels)
select(index, axis=channels) flip(axes) roll(shifts, axes) expand(size)
sum(axes, keep=false) mean(axes, keep=false) max(axes, keep=false) min(axes, keep=false)
cumsum(axis=channels) variance(axes, keep=false, correction=1) vector_norm(axes, keep=false, order=2)
scaled_dot_product_attention(causal=false, scale=none) channel_shuffle(groups) pixel_shuffle(factor)
space_to_depth(factor) upsample(scale=none, size=none, like=none, mode=nearest) pad(before_after)
reflection_pad(before_after) replication_pad(before_after) circular_pad(before_after)
pad_channels(before, after) crop(like, offset=none)
max_unpool(pool, kernel=none, stride=kernel, padding=0, dilation=1, ceil=false)
gather(axis=channels)
grid_sample(mode=bilinear, padding_mode=zeros, align_corners=false)
affine_grid(size=none, like=none, align_corners=false)
deform_conv(out, kernel=1, stride=1, padding=0, dilation=1, groups=1, bias=true)
unfold(kernel, dilation=1, padding=0, stride=1) fold(size, kernel, dilation=1, padding=0, stride=1)
lstm(hidden, layers=1, bidirectional=false, bias=true, projection=none)
gru(hidden, layers=1, bidirectional=false, bias=true)
rnn(hidden, layers=1, bidirectional=false, bias=true, nonlinearity=tanh) embedding(vocabulary, out)
parameter(shape, tokens=false, fixed=false, computed_from=none)
patch_tokens() class_token() position_embedding() attention(heads) select_token(i)
"""


def test_the_catalogue() -> None:
    written = {
        line.strip() + ")" for line in SIGNATURES.replace("\n", " ").replace("   ", " ").split(")") if line.strip()
    }
    assert {kind.signature() for kind in REGISTRY.values()} == written


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_every_layer_says_what_it_is_and_where_its_formulas_come_from(keyword: str) -> None:
    kind = REGISTRY[keyword]
    assert kind.keyword == keyword
    assert kind.family
    assert kind.source
    assert vars(kind)["__doc__"]
    for field in kind.fields.values():
        assert field.about


class Formulas(Layer):
    """A layer that states everything; the tests take formulas away."""

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        return Operations()

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.POINT,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return x

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Identity()


@pytest.mark.parametrize("formula", ["output", "parameters", "operations", "reach", "record", "counterpart"])
def test_a_layer_without_a_formula_is_refused(formula: str) -> None:
    stated = {name: value for name, value in vars(Formulas).items() if name != formula and not name.startswith("_")}
    with pytest.raises(TypeError, match=f"layer type 'half_stated' does not state its {formula}$"):
        type("HalfStated", (Layer,), stated, keyword="half_stated")
    assert "half_stated" not in REGISTRY


def test_a_second_layer_of_the_same_name_is_refused() -> None:
    before = REGISTRY["conv"]
    with pytest.raises(TypeError, match="two layer types are called 'conv'"):
        type("SecondConv", (Formulas,), {}, keyword="conv")
    assert REGISTRY["conv"] is before


def test_a_complete_layer_is_taken() -> None:
    try:
        kind = type("Complete", (Formulas,), {}, keyword="complete")
        assert REGISTRY["complete"] is kind
    finally:
        REGISTRY.pop("complete", None)


def test_an_activation_without_operations_is_refused() -> None:
    with pytest.raises(TypeError, match="per_element"):
        type("Free", (Activation,), {}, keyword="free", module="ReLU")
    assert "free" not in REGISTRY


def test_layers_are_values() -> None:
    conv = REGISTRY["conv"]
    one, same = conv.make({"out": 8, "kernel": 3}, rank=2), conv.make({"kernel": [3, 3], "out": 8.0}, rank=2)
    assert one == same
    assert hash(one) == hash(same)
    assert one != conv.make({"out": 9, "kernel": 3}, rank=2)
    assert one != REGISTRY["conv_transpose"].make({"out": 8, "kernel": 3}, rank=2)
    with pytest.raises(AttributeError, match="layers are immutable: cannot set out"):
        one.out = 9  # type: ignore[attr-defined]
    assert repr(REGISTRY["maxpool"].make({"kernel": 2}, rank=1)) == (
        "maxpool(kernel=(2,), stride=(2,), padding=((0, 0),), dilation=(1,))"
    )


def test_fields_restated_by_a_layer_keep_the_order_of_its_body() -> None:
    class Family(Layer):
        out: int = count("channels")
        kernel: int = count("extent", default=1)

    class Member(Family):
        kernel: int = count("extent", default=3)
        out: int = count("channels")

    assert list(Member.fields) == ["kernel", "out"]
    assert list(Family.fields) == ["out", "kernel"]


def test_the_constructor_fills_in_defaults_and_refuses_unknown_names() -> None:
    padded = REGISTRY["conv"](out=8, kernel=(3, 3), padding="same")
    assert (padded.stride, padded.groups) == ((1, 1), 1)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="Conv has no field 'kernal'"):
        REGISTRY["conv"](out=8, kernal=3)
