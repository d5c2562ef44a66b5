"""Replacing parts of the gateway in this process, whole ones or some words of them."""

import __future__

import inspect
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent
from typing import Any

_changes: list[tuple[Any, str, Any]] = []  # owner, name, what was there


def put(owner: Any, **parts: Any) -> None:
    """Set each named attribute of a module or class. Raises TypeError where the name does not exist, for the fault
    would do nothing, and where the part cannot be called as the old one is, for the fault would be another one."""
    for name, part in parts.items():
        if not hasattr(owner, name):
            raise TypeError(f"{owner} has no {name} any more")
        refuse_unlike(getattr(owner, name), part)
        change(owner, name, part)


def edit(function: Callable[..., Any], words: str, others: str) -> None:
    """Put other words into a function's source, wherever it has been imported already.

    Raises TypeError where its source does not have `words` exactly once.
    """
    source = dedent(inspect.getsource(function))
    if source.count(words) != 1:
        raise TypeError(f"{function.__qualname__} has not {words!r} once, but {source.count(words)} times")
    source, name = source.replace(words, others), f"<{len(_changes)}: {function.__qualname__} with a guard off>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)  # to be read, and edited again
    made: dict[str, Any] = {}
    flags = __future__.annotations.compiler_flag
    exec(compile(source, name, "exec", flags, dont_inherit=True), function.__globals__, made)
    edited = made[function.__name__]
    refuse_unlike(function, edited)
    change(function, "__code__", edited.__code__)


def always(value: Any) -> Callable[..., Any]:
    """A function that answers the same to whatever it is asked."""
    return lambda *_, **__: value


@contextmanager
def put_back() -> Iterator[None]:
    """What is replaced while the block runs is as before at its end."""
    known = len(_changes)
    try:
        yield
    finally:
        while len(_changes) > known:
            owner, name, before = _changes.pop()
            setattr(owner, name, before)


def change(owner: Any, name: str, part: Any) -> None:
    _changes.append((owner, name, vars(owner).get(name, getattr(owner, name))))
    setattr(owner, name, part)


def refuse_unlike(old: Any, part: Any) -> None:
    """Raises TypeError where a call that the old one takes is none that the part takes."""
    if callable(old) != callable(part):
        raise TypeError(f"{part!r} in place of {old!r}: only one of them is called")
    if not callable(old):
        return
    if inspect.isfunction(old) and inspect.iscoroutinefunction(old) != inspect.iscoroutinefunction(part):
        raise TypeError(f"{part!r} in place of {old!r}: only one of them is awaited")
    try:
        wanted, taken = inspect.signature(old), inspect.signature(part)
    except ValueError:  # a built-in function that does not tell
        return
    for positional, named in calls(wanted, by_name=inspect.isclass(old)):
        try:
            taken.bind(*positional, **named)
        except TypeError as error:
            raise TypeError(f"{part!r} {taken} in place of {old!r} {wanted}: {error}") from None


def calls(signature: inspect.Signature, *, by_name: bool) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Ways to call it, with all parameters and with the least: by their places (not if `by_name`), and by name."""
    takes = [one for one in signature.parameters.values() if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    if signature.parameters and not takes:
        return  # whatever it is handed on to does not show
    for given in (takes, [one for one in takes if one.default is one.empty]):
        for place in [False] if by_name else [True, False]:
            placed = [one.name for one in given if (place and one.kind != one.KEYWORD_ONLY) or has_no_name(one)]
            yield placed, {one.name: one.name for one in given if one.name not in placed}


def has_no_name(one: inspect.Parameter) -> bool:
    return one.kind == one.POSITIONAL_ONLY or one.name == "self"
