"""From the operators of an exported model to layers: values, names, places and weights."""
