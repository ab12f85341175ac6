"""The numbers that formulas run on, and the symbols that may stand in their place.

`dims` is the arithmetic of sizes; `domain` and `arrays` say what an analysis runs on. `symbols` are letters:
plain arithmetic makes an `expression` of them, of `terms` and `functions`, by `simplification`.
"""
