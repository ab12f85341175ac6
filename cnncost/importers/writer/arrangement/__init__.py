"""From the nodes of a graph to the steps of a spec: names become containers, and inputs references."""
