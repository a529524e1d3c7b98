"""Poseloom: `python3 main.py [FILES]` opens the editor, `python3 main.py test` runs the tests.

Other commands (render, attention, bench, doctor, import-weights) need no window. The first start makes the
environment `.venv` beside this file; until then only the standard library is used.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main(arguments):
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        sys.stderr.write("Poseloom needs Python 3.10 to 3.13; this is {}.{}.\n".format(*sys.version_info))
        return 1
    from engine.cli import COMMANDS
    from engine.setup import SetupError, environment, system

    command = arguments[0] if arguments else ""
    testing = command == "test"
    try:
        system.supply(window=command not in COMMANDS)
        extras = ("train", "dev") if testing else ()
        code = environment.enter([os.path.join(HERE, "main.py"), *arguments], extras)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Nothing is broken: the same command goes on from here.\n")
        return 130
    if code is not None:
        return code

    if testing:
        import pytest

        os.chdir(HERE)
        # All of them by several processes, a file by one, in the order of their names: by the number of their
        # tests, files with few and long ones would come last. What is asked for by name, in this one.
        together = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder")
        return int(pytest.main(arguments[1:] or [*together]))
    from app.launch import main as launch

    return launch(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
