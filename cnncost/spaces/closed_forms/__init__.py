"""What a network costs as formulas: polynomials in the batch, the size of the input and variables of the spec.

The spec is expanded and counted on values of a trace, at one point; `translation` reads the trace in letters, where
floors and ceilings stay; :mod:`cnncost.symbolic.polynomials.progressions` finds the sizes for which there are none.
"""
