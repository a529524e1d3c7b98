"""Errors with a meaning of their own: bad input, which is the user's to mend, short memory, a lost card."""


class InputError(ValueError):
    """Bad input, told in one plain sentence that names the file and the fault.

    The command line prints it and exits with 2; the window shows it as a notice and keeps its last good
    state.
    """


class OutOfMemory(MemoryError):
    """There was not enough memory, of the machine or its card, for what was asked; less may be possible."""


class DeviceLost(RuntimeError):
    """The card that was computed on answers no more; the machine's own processor may."""
