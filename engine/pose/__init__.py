"""Poses: the skeleton, files, the network's planes, how a body moves.

Coordinates, here and everywhere in the project: x to the right and y down in px of the frame that is named,
continuous. The frame of H rows and W columns is the rectangle 0 <= x < W, 0 <= y < H; pixel i covers
i <= x < i + 1, its centre is i + 0.5, and the pixel of a point is the point rounded down (what NTED's planes
do). So a change of size is a bare factor, W' / W, and a mirror takes x to W - x.
"""
