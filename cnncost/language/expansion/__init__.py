"""Document -> graph: blocks called, loops run, layers placed."""
