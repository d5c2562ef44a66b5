"""What ends a run, in one sentence."""

from collections.abc import Iterator

LONGEST = 300


class Refused(Exception):
    """The server, or the way to it, said no. Its text is one line for the person at the keyboard."""


class StartRefused(Refused):
    """StartTransaction was answered, but not with Accepted."""


def one_line(text: str, longest: int = LONGEST) -> str:
    """The peer's words made fit for a terminal: no line breaks, no control codes, not endless."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def first_leaf(group: BaseExceptionGroup) -> BaseException:
    """The exception that started it: a programming error before a refusal, since it must not be hidden by one."""
    leaves = list(_leaves(group))
    return next((leaf for leaf in leaves if not isinstance(leaf, Refused)), leaves[0])


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for child in error.exceptions:
            yield from _leaves(child)
    else:
        yield error
