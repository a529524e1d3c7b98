"""Commands that need no window: `main(argv)` runs one and answers with its exit code.

Each command is a module here with `run(argv) -> int`, imported only when it is asked for.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
from pathlib import Path

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
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return DONE if argv else WRONG_USE
    if argv[0] not in COMMANDS:
        print(f"poseloom: there is no command {argv[0]!r}\n{usage()}", file=sys.stderr)
        return WRONG_USE
    try:
        return importlib.import_module(COMMANDS[argv[0]][0]).run(argv[1:])
    except InputError as error:
        print(f"poseloom {argv[0]}: {_one_line(error)}", file=sys.stderr)
        return WRONG_USE
    except SystemExit as end:  # argparse: 0 after --help, 2 after wrong use
        return end.code if isinstance(end.code, int) else DONE if end.code is None else OUR_FAULT
    except KeyboardInterrupt:
        print(f"poseloom {argv[0]}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        log = _write_log(argv)
        print(
            f"poseloom {argv[0]}: something went wrong inside Poseloom "
            f"({type(error).__name__}: {_one_line(error)}); "
            f"{f'the details are in {log}' if log else 'no log of it could be written'}",
            file=sys.stderr,
        )
        return OUR_FAULT


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _write_log(argv: list[str]) -> Path | None:
    """Write the current exception to the user's data folder, else the temporary one; None if neither can."""
    text = f"poseloom {' '.join(argv)}\nPython {sys.version}\n\n{traceback.format_exc()}"
    for place in (_user_log, _temporary_log):
        try:
            log = place(argv[0])
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(text, encoding="utf-8", errors="replace")
        except (OSError, ImportError):
            continue
        return log
    return None


def _user_log(command: str) -> Path:
    from engine.paths import user_data

    return user_data() / "logs" / f"{command}.log"


def _temporary_log(command: str) -> Path:
    return Path(tempfile.gettempdir()) / f"poseloom-{command}.log"
