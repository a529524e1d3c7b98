"""Measuring pictures against the truth. The protocol, with every choice that changes numbers, is in
docs/evaluation.md; each module says what its figure is.

Pictures are 8-bit RGB of one size, as a user would save them, divided by 255 before anything is computed.
Regions come from the truth's parsing map. Intervals are of 95 %, by a bootstrap over people.
"""
