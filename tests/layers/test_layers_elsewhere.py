"""What layers are called elsewhere: every name of `torch.nn` and what Keras calls the common ones lead somewhere."""

from __future__ import annotations

import re

import pytest
from torch import nn

from cnncost.layers import STEP_TYPES
from cnncost.layers.base import elsewhere
from cnncost.layers.base.elsewhere import layer_elsewhere, suggest_layer, suggest_parameter

TORCH = sorted(name for name in dir(nn) if isinstance(getattr(nn, name), type))
QUOTED = re.compile("`([a-z0-9_]+)`")


@pytest.mark.parametrize("name", TORCH)
def test_every_class_of_torch_leads_to_layers_or_to_a_sentence(name: str) -> None:
    close, hint = suggest_layer(name, STEP_TYPES)
    assert bool(close) != bool(hint)
    assert all(word in STEP_TYPES for word in QUOTED.findall(close))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        *[(f"Conv{n}d", "conv") for n in (1, 2, 3)],
        ("nn.Conv2d", "conv"),
        ("torch.nn.LazyConv2d", "conv"),
        ("conv2d", "conv"),
        ("conv_2d", "conv"),
        ("ConvTranspose2d", "conv_transpose"),
        ("Conv2DTranspose", "conv_transpose"),
        ("BatchNorm2d", "batchnorm"),
        ("batch_norm", "batchnorm"),
        ("BatchNormalization", "batchnorm"),
        ("SyncBatchNorm", "batchnorm"),
        ("MaxPooling2D", "maxpool"),
        ("max_pool2d", "maxpool"),
        ("AveragePooling1D", "avgpool"),
        ("GlobalAveragePooling2D", "global_avgpool"),
        ("AdaptiveAvgPool2d", "adaptive_avgpool"),
        ("Dense", "linear"),
        ("fc", "linear"),
        ("swish", "silu"),
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("pixel_unshuffle", "space_to_depth"),
        ("PixelUnshuffle", "space_to_depth"),
        ("depth_to_space", "pixel_shuffle"),
        ("transpose", "permute"),
        ("view", "reshape"),
        ("cat", "concat"),
        ("Concatenate", "concat"),
        ("mul", "multiply"),
        ("UpSampling2D", "upsample"),
        ("interpolate", "upsample"),
        ("ZeroPadding2D", "pad"),
        ("SpatialDropout2D", "dropout"),
        ("drop_path", "stochastic_depth"),
        ("MultiheadAttention", "attention"),
        ("MultiHeadAttention", "attention"),
        ("CrossMapLRN2d", "local_response_norm"),
        ("GLU", "glu"),
        ("ReflectionPad2d", "reflection_pad"),
        ("nn.ReplicationPad3d", "replication_pad"),
        ("CircularPad1d", "circular_pad"),
        ("CELU", "celu"),
        ("Hardtanh", "hardtanh"),
        ("LogSoftmax", "log_softmax"),
        ("LogSigmoid", "logsigmoid"),
        ("RReLU", "rrelu"),
        ("RMSNorm", "rms_norm"),
        ("F.normalize", "l2_normalize"),
        ("L2Norm", "l2_normalize"),
        ("nn.LSTM", "lstm"),
        ("LSTMCell", "lstm"),
        ("GRUCell", "gru"),
        ("SimpleRNN", "rnn"),
        ("nn.Embedding", "embedding"),
        ("div", "divide"),
        ("clip", "clamp"),
        ("torch.pow", "power"),
        ("Maximum", "maximum"),
        ("nn.Unfold", "unfold"),
        ("im2col", "unfold"),
        ("nn.MaxUnpool2d", "max_unpool"),
        ("F.grid_sample", "grid_sample"),
        ("GridSample", "grid_sample"),
        ("F.affine_grid", "affine_grid"),
        ("DeformConv2d", "deform_conv"),
        ("ops.deform_conv2d", "deform_conv"),
        ("ModulatedDeformConv", "deform_conv"),
        ("col2im", "fold"),
    ],
)
def test_names_of_other_tools(name: str, ours: str) -> None:
    assert suggest_layer(name, STEP_TYPES) == (f"; did you mean `{ours}`?", None)


@pytest.mark.parametrize("name", ["ConvLSTM", "Bilinear"])
def test_what_the_language_does_not_have_is_not_taken_for_something_like_it(name: str) -> None:
    absent = "the language has no such layer; `cnncost layers` lists those that it has"
    assert suggest_layer(name, STEP_TYPES) == ("", absent)
    # a layer of that name that somebody adds is found by it
    assert layer_elsewhere(name, [*STEP_TYPES, "convlstm", "bilinear"])


def test_what_is_written_otherwise() -> None:
    hint = "a depthwise convolution is `conv: {out: channels, kernel: 3, groups: channels}`"
    assert suggest_layer("DepthwiseConv2D", STEP_TYPES) == ("", hint)
    assert suggest_layer("CrossEntropyLoss", STEP_TYPES).hint == (
        "a loss is not part of the network: what it costs is not counted"
    )
    assert suggest_layer("ModuleList", STEP_TYPES).hint == (
        "`for` and `repeat` make several steps, a list makes one after the other"
    )


def test_a_call_as_python_has_it() -> None:
    behind = "arguments stand behind a colon: `conv: ...`"
    assert suggest_layer("Conv2d(3, 64, 3)", STEP_TYPES) == ("; did you mean `conv`?", behind)
    assert suggest_layer("conv 64", STEP_TYPES) == ("; did you mean `conv`?", behind)
    assert suggest_layer("relu()", STEP_TYPES) == ("; did you mean `relu`?", None)


def test_every_entry_is_of_a_layer_and_of_a_parameter() -> None:
    assert set(elsewhere._LAYERS) <= set(STEP_TYPES)
    fields = {name for layer in STEP_TYPES.values() for name in layer.fields}
    assert set(elsewhere._PARAMETERS) <= fields


def test_no_name_is_of_two_layers() -> None:
    names = [name for others in elsewhere._LAYERS.values() for name in others.split()]
    others = [*elsewhere._WAYS, *elsewhere._ABSENT.split()]
    assert len(names) + len(others) == len({*names, *others})


@pytest.mark.parametrize(
    ("layer", "name", "ours"),
    [
        ("conv", "out_channels", "out"),
        ("conv", "filters", "out"),
        ("conv", "kernel_size", "kernel"),
        ("conv", "strides", "stride"),
        ("linear", "out_features", "out"),
        ("linear", "units", "out"),
        ("maxpool", "pool_size", "kernel"),
        ("maxpool", "ceil_mode", "ceil"),
        ("upsample", "scale_factor", "scale"),
        ("dropout", "rate", "p"),
        ("attention", "num_heads", "heads"),
        ("lstm", "hidden_size", "hidden"),
        ("gru", "units", "hidden"),
        ("lstm", "num_layers", "layers"),
        ("lstm", "proj_size", "projection"),
        ("embedding", "num_embeddings", "vocabulary"),
        ("embedding", "embedding_dim", "out"),
        ("conv", "kernal", "kernel"),
    ],
)
def test_parameters_of_other_tools(layer: str, name: str, ours: str) -> None:
    assert suggest_parameter(name, STEP_TYPES[layer].fields) == (f"; did you mean `{ours}`?", None)
