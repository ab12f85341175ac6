"""Shapes: layers that move, cut out, resize and split."""
