"""Guards switched off in this process: the test that watches over each must fail, and for the right reason."""

import inspect
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Any

import pytest

from tests.ocpp_ws import charger
from tests.reliability.faults.put import edit, put, put_back

edited, replaced = partial(partial, edit), partial(partial, put)  # the ways to switch it off
PUT_IN_PLACE = r"faults/(mutants|put)\.py|tests/guards/|with a guard off>"
TESTS = Path(__file__).parent.parent
FAILED = pytest.fail.Exception  # of `pytest.raises` in the test
OF_ITS_OWN = {"parametrize", "long", "timeout"}  # marks that are not the guard's


def found(
    by: Callable[..., Any], says: str, *off: Callable[[], None], kind: type[Exception] = AssertionError, **given: Any
) -> Callable[..., Any]:
    """A test: once each of `off` has been called, the test `by` fails with a `kind` of error. `says` is searched for in
    its message and in the lines of tests that led to it.

    It has the fixtures of `by`, but for what is `given`. Its module must know those that `by` has in its own.
    """

    async def test_awaited(**fixtures: Any) -> None:
        with failing(off, kind, says):
            await by(**fixtures, **given)

    def test_called(**fixtures: Any) -> None:
        with failing(off, kind, says):
            by(**fixtures, **given)

    test = test_awaited if inspect.iscoroutinefunction(by) else test_called
    signature = inspect.signature(by)
    wanted = [one for name, one in signature.parameters.items() if name not in given]
    test.__signature__ = signature.replace(parameters=wanted)  # type: ignore[attr-defined]
    test.pytestmark = [*marks(sys.modules[by.__module__]), *marks(by)]  # type: ignore[attr-defined]
    return test


@contextmanager
def failing(off: Iterable[Callable[[], None]], kind: type[Exception], says: str) -> Iterator[None]:
    """With `off` called, the block fails with a `kind` of error that says so, and no replaced part fails by itself."""
    with put_back(), own_faults() as faults:
        if kind is TimeoutError:
            put(charger, SECONDS=1.5)  # for what a gateway without the guard does not send
        for switch in off:
            switch()
        with pytest.raises((kind, FAILED)) as failure:
            yield
    # not pytest's own `traceback`: its parsing of sources fails now and then in CPython 3.11 (SystemError)
    before = failure.value.__cause__ or failure.value.__context__  # the context alone of a time-out in Python 3.11.2
    frames = [*extract_tb(failure.tb), *(extract_tb(before.__traceback__) if before else ())]
    lines = [str(frame.line) for frame in frames if TESTS in Path(frame.filename).parents]
    assert re.search(says, told := "\n".join([*lines, str(failure.value)])), f"found for another reason:\n{told}"
    assert not faults, faults


@contextmanager
def own_faults() -> Iterator[list[BaseException]]:
    """What is logged of parts that were put in place of others, and raised an exception themselves."""
    faults: list[BaseException] = []

    class Faults(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            _, error, traceback = record.exc_info or (None, None, None)
            if error and re.search(PUT_IN_PLACE, extract_tb(traceback)[-1].filename):
                faults.append(error)

    logging.root.addHandler(handler := Faults())
    try:
        yield faults
    finally:
        logging.root.removeHandler(handler)


def marks(owner: Any) -> list[pytest.Mark]:
    known = getattr(owner, "pytestmark", [])
    every = [getattr(one, "mark", one) for one in (known if isinstance(known, list) else [known])]
    return [one for one in every if one.name not in OF_ITS_OWN]
