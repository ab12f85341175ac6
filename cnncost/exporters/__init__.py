"""A graph in the forms that other programs read: PyTorch code, ONNX, DOT, Mermaid. A module or package for each."""
