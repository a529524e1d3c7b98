"""The one error that is the user's to mend."""


class InputError(ValueError):
    """Bad input, told in one plain sentence that names the file and the fault.

    The command line prints it and exits with 2; the window shows it as a notice and keeps its last good
    state.
    """
