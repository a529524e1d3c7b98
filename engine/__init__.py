"""Everything Poseloom can do without a window: `Session` is the one door."""

from engine.errors import InputError

__all__ = ["InputError", "Session"]


def __getattr__(name: str):
    # Session pulls in torch; commands and the window's first paint should not wait for it.
    if name == "Session":
        from engine.session import Session

        return Session
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
