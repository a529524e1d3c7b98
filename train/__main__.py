"""`python3 -m train COMMAND`: makes weights and proves them."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

from engine.errors import InputError
from engine.setup import SetupError, environment
from train.commands import told

COMMANDS = {
    "render": "photograph rendered people into a data set",
    "audit": "check rendered people: pictures, labels, files",
    "prepare": "make a data set of DeepFashion's pictures and keypoints",
    "fit": "train a network on a data set, or go on with a run",
    "parser": "train, measure and write the parsing and keypoint network",
    "evaluate": "prove weights on people never trained on",
    "report-textures": "what neural textures make: their purity per class, on people and photographs",
    "export": "write a run's weights for the application",
    "contact": "a contact sheet of rendered people, for a critical eye",
    "samples": "photograph the people and garments in the application's box",
    "poses": "make the application's pose library",
    "hand": "photograph the hand of whoever hides both of theirs",
    "skin": "photograph the skin of whoever hides theirs",
}


def main(argv: list[str]) -> int:
    code = told("python3 -m train COMMAND ...", COMMANDS, argv)
    if code is not None:
        return code
    try:
        code = environment.enter(["-m", "train", *argv], ("train",))
        if code is not None:
            return code
        return importlib.import_module(f"train.commands.{argv[0].replace('-', '_')}").run(argv[1:])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the interpreter's last flush
        return 0
    except (FloatingPointError, SetupError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except (MemoryError, RuntimeError) as error:
        if not _is_memory(error):
            raise
        print(
            f"{argv[0]}: the memory is not enough: smaller batches or pictures take less "
            f"({' '.join(str(error).split())[:200] or 'MemoryError'}).",
            file=sys.stderr,
        )
        return 1


def _is_memory(error: BaseException) -> bool:
    """Whether the machine or its card ran out of memory; torch says so as a kind of RuntimeError."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "can't allocate memory" in str(error)
        or "is killed by signal: Killed" in str(error)  # a process that loads pictures
    )


def end(code: int) -> NoReturn:
    """End the process. Under torchrun at once: about one process in forty of a gloo group otherwise aborts
    while the interpreter ends, all its work done (torch 2.13), and torchrun calls the run failed.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if "WORLD_SIZE" in os.environ:
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    end(main(sys.argv[1:]))
