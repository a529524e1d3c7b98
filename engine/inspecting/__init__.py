"""What Inspect shows, as plain data without torch and Qt: which textures make a place, maps ready to be
coloured, their order, and what is written of them.

Photos are the `api.Frame.sources`, told by their number there; places are x, y from 0 to 1 across a
picture. A *layer* is a pair of extraction and distribution by its name ("64a").
"""
