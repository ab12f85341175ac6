"""A network as a drawing: its blocks, layers in ranks with few crossings, boxes in their places, SVG."""
