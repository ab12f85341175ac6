"""What importers share: tensors of a whole batch as the samples that the graph knows."""
