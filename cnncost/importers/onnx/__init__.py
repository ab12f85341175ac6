"""Networks of ONNX files, without their weights, to a graph."""
