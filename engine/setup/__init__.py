"""What must be true before anything else is imported: system libraries, an environment, sound versions.

Standard library only: these modules run in the bare Python that starts `main.py`.
"""


class SetupError(Exception):
    """The machine lacks something only its owner can give; the message says in plain words what to do."""
