"""Commands that need no window: `main(argv)` runs one and answers with its exit code.

Each command is a module here with `run(argv) -> int`, imported only when it is asked for.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from engine.errors import InputError

COMMANDS = {
    "render": ("engine.cli.render", "re-render the person of a photo in another pose"),
    "attention": ("engine.cli.attention", "write the attention maps of one render"),
    "bench": ("engine.cli.bench", "time the network on this machine"),
    "doctor": ("engine.cli.doctor", "versions, devices, guards, weights and one timed frame"),
    "import-weights": ("engine.cli.import_weights", "convert an official checkpoint"),
}

DONE, OUR_FAULT, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def usage() -> str:
    """One line a command, for `--help`."""
    lines = [f"  {name:<16}{text}" for name, (_, text) in COMMANDS.items()]
    return "commands (add --help for their options):\n" + "\n".join(lines)


def main(argv: list[str]) -> int:
    """Run `argv[0]` with the rest as its options.

    Returns 0 done, 2 wrong use or bad input (one sentence on stderr), 1 our fault (a log is left and named),
    130 interrupted.
    """
    return ended(argv, lambda: _run(argv))


def _run(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return DONE if argv else WRONG_USE
    if argv[0] not in COMMANDS:
        _tell(f"poseloom: there is no command {argv[0]!r}\n{usage()}")
        return WRONG_USE
    return importlib.import_module(COMMANDS[argv[0]][0]).run(argv[1:])


def ended(argv: list[str], run: Callable[[], int]) -> int:
    """Run what `argv` asks for and turn however it ends into an exit code and a sentence, as `main` says."""
    name = argv[0] if argv else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # stderr is for our own sentences
            code = run()
        sys.stdout.flush()
        return code
    except InputError as error:
        _tell(f"poseloom {name}: {_one_line(error)}")
        return WRONG_USE
    except SystemExit as end:  # argparse: 0 after --help, 2 after wrong use
        return end.code if isinstance(end.code, int) else DONE if end.code is None else OUR_FAULT
    except KeyboardInterrupt:
        _tell(f"poseloom {name}: interrupted")
        return INTERRUPTED
    except MemoryError as error:
        _tell(f"poseloom {name}: there is not enough memory for this ({_one_line(error)})")
        return OUR_FAULT
    except BrokenPipeError:
        # Whoever read our words has seen enough: `poseloom bench | head -1` is no fault of anybody.
        _close_quietly(sys.stdout)
        return DONE
    except Exception as error:
        log = _write_log(argv)
        _tell(
            f"poseloom {name}: something went wrong inside Poseloom "
            f"({type(error).__name__}: {_one_line(error)}); "
            f"{f'the details are in {log}' if log else 'no log of it could be written'}"
        )
        return OUR_FAULT


def _tell(sentence: str) -> None:
    """Say it on stderr, if anybody still listens."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        _close_quietly(sys.stderr)


def _one_line(error: BaseException) -> str:
    """What it says, without what a file may have said to the terminal in it."""
    from engine.files import printable

    return printable(" ".join(str(error).split()))


def _close_quietly(stream: TextIO) -> None:
    """Let nothing more be written to it, so that the interpreter's last flush finds nothing to say."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def _write_log(argv: list[str]) -> Path | None:
    """Write the current exception to the user's data folder, else the temporary one; None if neither can.

    The log is to be sent to strangers: of files it names no folders.
    """
    from engine.files import write_private
    from engine.traces import without_folders

    said = " ".join(os.path.basename(word) or word for word in argv)
    text = f"poseloom {said}\nPython {sys.version}\n\n{without_folders(traceback.format_exc())}"
    for place in (_user_log, _temporary_log):
        try:
            log = place(argv[0])
            log.parent.mkdir(parents=True, exist_ok=True)
            write_private(log, text.encode("utf-8", "replace"))
        except (InputError, OSError, ImportError):
            continue
        return log
    return None


def _user_log(command: str) -> Path:
    from engine.paths import user_data

    return user_data() / "logs" / f"{command}.log"


def _temporary_log(command: str) -> Path:
    return Path(tempfile.gettempdir()) / f"poseloom-{command}.log"
