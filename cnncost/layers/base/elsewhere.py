"""What layers and their parameters are called in PyTorch, Keras, ONNX, Darknet and papers: for hints alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.errors import did_you_mean
from cnncost.layers.base.fields import SIZE_IS_KNOWN
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

# Names are compared by what is left of them in lower case without `_`, `1d`, `2d`, `3d` and the modules before a dot:
# `nn.Conv2d` and `conv_2d` are `conv`, and `adaptive_avg_pool2d` is `adaptive_avgpool` without an entry here.
_LAYERS = {
    "add": "plus eltwise elementwiseadd addition",
    "adaptive_avgpool": "adaptiveaveragepool adaptiveaveragepooling adaptiveavgpooling",
    "adaptive_maxpool": "adaptivemaxpooling",
    "attention": "multiheadattention multiheadselfattention selfattention mha mhsa",
    "avgpool": "averagepool averagepooling avgpooling meanpool meanpooling",
    "batchnorm": "batchnormalization batchnormalisation syncbatchnorm syncbn frozenbatchnorm bn",
    "clamp": "clip clampmin clampmax",
    "channel_shuffle": "shuffle shufflechannels nativechannelshuffle",
    "class_token": "clstoken",
    "concat": "cat concatenate concatenation route",
    "conv": "convolution convolutional convlayer conv1x1 conv3x3 conv5x5 conv7x7",
    "conv_transpose": "deconv deconvolution transposedconv transposeconv transposedconvolution upconv convt",
    "crop": "centercrop cropping",
    "divide": "div truediv truedivide division quotient ratio",
    "cumsum": "cumulativesum runningsum prefixsum",
    "deform_conv": "deformconvolution deformableconv deformableconvolution dcn dcnv1 dcnv2 modulateddeformconv",
    "dropout": "alphadropout featurealphadropout spatialdropout gaussiandropout",
    "embedding": "lookup lookuptable embed wordembedding tokenembedding",
    "flatten": "ravel",
    "global_avgpool": "globalaveragepool globalaveragepooling globalavgpooling globalpool globalpooling gap",
    "global_maxpool": "globalmaxpooling gmp",
    "fold": "col2im overlapadd",
    "gru": "grucell",
    "gather": "indexselect take takealongdim takealongaxis",
    "grid_sample": "gridsampler warp spatialtransformer",
    "groupnorm": "groupnormalization groupnormalisation gn",
    "grn": "globalresponsenorm globalresponsenormalization",
    "hardsigmoid": "hsigmoid",
    "hardswish": "hswish hardsilu",
    "hardtanh": "htanh",
    "identity": "noop none",
    "instancenorm": "instancenormalization instancenormalisation",
    "l2_normalize": "l2norm l2normalization normalize",
    "layernorm": "layernormalization layernormalisation ln",
    "layer_scale": "gamma",
    "leaky_relu": "lrelu leaky",
    "max": "amax reducemax",
    "mean": "reducemean",
    "min": "amin reducemin",
    "expand": "broadcastto expandas",
    "linear": "dense fc fullyconnected innerproduct gemm affine",
    "local_response_norm": "crossmaplrn lrn localresponsenormalization",
    "lstm": "lstmcell bilstm",
    "matmul": "bmm mm dot batchmatmul baddbmm",
    "max_unpool": "maxunpooling unpool unpooling",
    "maxpool": "maxpooling",
    "maximum": "maxout elementwisemax",
    "minimum": "elementwisemin",
    "multiply": "mul mult product",
    "pad": "zeropad zeropadding constantpad padding",
    "parameter": "constant const learnedconstant buffer uninitializedparameter uninitializedbuffer",
    "permute": "transpose swapaxes swapdims moveaxis movedim rearrange",
    "pixel_shuffle": "depthtospace subpixel",
    "power": "pow",
    "position_embedding": "posembed positionalembedding positionalencoding positionencoding",
    "reshape": "view unflatten squeeze unsqueeze",
    "rms_norm": "rmsnormalization",
    "rnn": "rnncell simplernn vanillarnn",
    "scale": "scaling multiplyscalar mulscalar rezero",
    "shift": "addscalar scalaradd biasadd addbias",
    "sigmoid": "logistic",
    "scaled_dot_product_attention": "sdpa dotproductattention",
    "silu": "swish",
    "slice": "narrow stridedslice",
    "softmax": "gumbelsoftmax",
    "space_to_depth": "pixelunshuffle reorg focus",
    "sum": "reducesum",
    "stochastic_depth": "droppath dropconnect",
    "subtract": "sub minus",
    "threshold": "thresholdedrelu",
    "unfold": "im2col extractpatches imagetopatches",
    "variance": "var",
    "vector_norm": "linalgvectornorm frobeniusnorm reducel2",
    "upsample": "upsampling upsamplenearest upsamplebilinear upsamplingnearest upsamplingbilinear interpolate resize "
    "resizing upscale",
}

_CONV_OF_ONE_CHANNEL = "a depthwise convolution is `conv: {out: channels, kernel: 3, groups: channels}`"
_EXCITATION = "squeeze and excitation is a `multiply` of `[]` and a branch that starts with `global_avgpool`"
_ENCODER = "write it as a block of `layernorm`, `attention`, `linear` and `residual`"
_SEVERAL = "`for` and `repeat` make several steps, a list makes one after the other"

# What there is a way to write, in words: more than one step, or one with arguments.
_WAYS = {
    "depthwiseconv": _CONV_OF_ONE_CHANNEL,
    "depthwise": _CONV_OF_ONE_CHANNEL,
    "dwconv": _CONV_OF_ONE_CHANNEL,
    "separableconv": f"{_CONV_OF_ONE_CHANNEL}, and a `conv` of kernel 1 follows it",
    "pointwiseconv": "a pointwise convolution is a `conv` of kernel 1",
    "pointwise": "a pointwise convolution is a `conv` of kernel 1",
    "groupedconv": "a grouped convolution is a `conv` with `groups`",
    "dilatedconv": "a dilated convolution is a `conv` with `dilation`",
    "atrousconv": "a dilated convolution is a `conv` with `dilation`",
    "squeezeexcite": _EXCITATION,
    "squeezeexcitation": _EXCITATION,
    "bidirectional": "`lstm`, `gru` and `rnn` take `bidirectional: true`",
    "activation": "an activation is a step of its own, `relu`",
    "input": "the input is no step: its shape stands under the key `input` of the file",
    "inputlayer": "the input is no step: its shape stands under the key `input` of the file",
    "module": "what is a `Module` there is a block here, under the key `blocks`",
    "sequential": "a list of steps is what a `Sequential` is",
    "container": _SEVERAL,
    "modulelist": _SEVERAL,
    "moduledict": _SEVERAL,
    "dataparallel": "a spec describes the network itself, on one device",
    "transformer": _ENCODER,
    "transformerencoder": _ENCODER,
    "transformerencoderlayer": _ENCODER,
    "transformerdecoder": _ENCODER,
    "transformerdecoderlayer": _ENCODER,
}

_LOSS = "a loss is not part of the network: what it costs is not counted"
_MISSING = "the language has no such layer; `cnncost layers` lists those that it has"
_ABSENT = (
    "adaptivelogsoftmaxwithloss bilinear linearcrossentropyoptions cosinesimilarity embeddingbag "
    "fractionalmaxpool lppool pairwisedistance parameterdict "
    "parameterlist rnnbase rnncellbase "
    "convlstm timedistributed locallyconnected average lambda repeatvector "
    "gaussiannoise masking"
)

_PARAMETERS = {
    "out": "out_channels out_features filters num_filters units features output_channels channels_out num_output oc "
    "embedding_dim",
    "kernel": "kernel_size kernel_shape pool_size k window filter_size ksize",
    "stride": "strides s subsample",
    "padding": "pad pads p",
    "dilation": "dilation_rate dilations d rate",
    "groups": "num_groups group g",
    "bias": "use_bias",
    "ceil": "ceil_mode",
    "p": "rate drop prob probability drop_prob dropout",
    "slope": "negative_slope alpha",
    "eps": "epsilon",
    "size": "output_size target_shape shape",
    "sizes": "split_size split_size_or_sections sections",
    "n": "chunks pieces",
    "axes": "dims perm axis dim",
    "scale": "scale_factor scales",
    "factor": "upscale_factor downscale_factor block_size r",
    "heads": "num_heads n_heads nhead",
    "hidden": "hidden_size hidden_dim units num_units",
    "layers": "num_layers n_layers",
    "projection": "proj proj_size",
    "vocabulary": "num_embeddings vocab_size num_words",
    "mode": "interpolation method",
    "axis": "dim axes",
    "keep": "keepdim keepdims keep_dims",
    "shifts": "shift",
    "causal": "is_causal",
    "order": "ord",
    "correction": "unbiased ddof",
    "equation": "subscripts",
    "transpose": "transposed transpose_b trans_b",
    "before_after": "padding pad pads",
    "affine": "elementwise_affine",
    "low": "min_val min_value min",
    "high": "max_val max_value max",
    "threshold": "lambd lambda",
    "inplace": "in_place",
}
_OF_THE_INPUT = (
    "in_channels in_features num_features num_channels normalized_shape embed_dim input_shape input_dim input_size"
)


class Suggestion(NamedTuple):
    """What was probably meant by a name that is unknown."""

    close: str
    """``"; did you mean `silu`?"``, or nothing."""
    hint: str | None
    """A sentence, where there is more to say."""


def suggest_layer(name: str, known: Collection[str]) -> Suggestion:
    """What to call a layer type that is called `name` elsewhere, or that is nearly one of `known`.

    >>> from cnncost.layers import STEP_TYPES
    >>> for name in ("swish", "nn.BatchNorm2d", "lineer"):
    ...     print(name + suggest_layer(name, STEP_TYPES).close)
    swish; did you mean `silu`?
    nn.BatchNorm2d; did you mean `batchnorm`?
    lineer; did you mean `linear`?
    >>> suggest_layer("Sequential", STEP_TYPES)
    Suggestion(close='', hint='a list of steps is what a `Sequential` is')
    """
    word, rest = _first_word(name)
    ours = layer_elsewhere(word, known)
    if ours:
        behind_colon = f"arguments stand behind a colon: `{ours}: ...`" if rest not in ("", "()") else None
        return Suggestion(f"; did you mean `{ours}`?", behind_colon)
    plain = _plain(word)
    if plain in _WAYS:
        return Suggestion("", _WAYS[plain])
    if plain in _ABSENT.split():
        return Suggestion("", _MISSING)
    if plain.endswith("loss"):
        return Suggestion("", _LOSS)
    return Suggestion(did_you_mean(name, known), None)


def layer_elsewhere(name: str, known: Collection[str]) -> str | None:
    """The one of `known` that is called `name` elsewhere; ``None`` where none is known to be.

    >>> layer_elsewhere("Conv2DTranspose", ["conv", "conv_transpose"])
    'conv_transpose'
    """
    plain = _plain(name)
    for keyword in known:
        if name == keyword or plain == keyword.replace("_", ""):
            return keyword
    for keyword, names in _LAYERS.items():
        if keyword in known and plain in names.split():
            return keyword
    return None


def suggest_parameter(name: str, known: Collection[str]) -> Suggestion:
    """What to call a parameter that is called `name` elsewhere, or that is nearly one of `known`.

    >>> suggest_parameter("out_channels", ["out", "kernel"]).close
    '; did you mean `out`?'
    """
    if name in _OF_THE_INPUT.split():
        return Suggestion("", SIZE_IS_KNOWN)
    for ours, names in _PARAMETERS.items():
        if ours in known and name.lower() in names.split():
            return Suggestion(f"; did you mean `{ours}`?", None)
    return Suggestion(did_you_mean(name, known), None)


def _first_word(name: str) -> tuple[str, str]:
    """The name itself in a text that goes on behind it, as `Conv2d(3, 64)` and `relu inplace` do; and the rest."""
    match = re.match(r"[\w.]+", name)
    word = match[0] if match else name
    return word, name[len(word) :].strip()


def _plain(name: str) -> str:
    """The name as names are compared: of `nn.LazyConv2d`, `conv`."""
    letters = re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())
    return re.sub(r"(?<=[a-z])[123]d(?=$|[a-z])", "", letters.removeprefix("lazy"))
