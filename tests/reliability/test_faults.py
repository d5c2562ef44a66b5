"""What is put in place of a part must be called as that part is, or a test would find it for a wrong reason."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.reliability.conftest import faults_of_faults
from tests.reliability.faults import failpoints, mutants
from tests.reliability.faults.put import always, edit, put, put_back


class Gateway:
    """A part of it."""

    LIMIT = 10

    def take(self, one: int, *, light: bool = False) -> bool:
        return one < self.LIMIT and not light

    async def give(self, one: int) -> int:
        return one


def wants_more(self: Any, one: int, two: int, *, light: bool = False) -> bool:
    return False


def has_other_names(self: Any, number: int, *, light: bool = False) -> bool:
    return False


def knows_less(self: Any, one: int) -> bool:
    return False


async def is_awaited(self: Any, one: int, *, light: bool = False) -> bool:
    return False


@pytest.mark.parametrize("part", [wants_more, has_other_names, knows_less, is_awaited, 7])
def test_a_part_that_is_called_in_another_way_is_refused(part: Any) -> None:
    with pytest.raises(TypeError, match="in place of"):
        put(Gateway, take=part)
    assert Gateway().take(9)


@pytest.mark.parametrize(("name", "part"), [("gone", always(1)), ("LIMIT", always(1)), ("give", always(1))])
def test_a_part_of_another_kind_or_of_no_use_is_refused(name: str, part: Any) -> None:
    with pytest.raises(TypeError):
        put(Gateway, **{name: part})


def test_what_was_put_is_put_back() -> None:
    before = dict(vars(Gateway))
    with put_back():
        put(Gateway, take=always(False), LIMIT=11)
        assert not Gateway().take(1)
        edit(Gateway.give, "return one", "return 2 * one")
    assert dict(vars(Gateway)) == before
    assert Gateway().take(9)


def test_an_edited_function_is_edited_wherever_it_is_known() -> None:
    take = Gateway().take
    with put_back():
        edit(Gateway.take, "one < self.LIMIT and ", "")
        assert take(99)
        edit(Gateway.take, "not light", "light")
        assert not take(99)
    assert not take(99)


@pytest.mark.parametrize("words", ["not there", "one"])
def test_words_that_are_not_there_once_are_not_edited(words: str) -> None:
    with pytest.raises(TypeError, match="once"):
        edit(Gateway.take, words, "")


@pytest.mark.parametrize("fault", [*failpoints.FAULTS.values(), *mutants.FAULTS.values()], ids=lambda one: one.__name__)
def test_every_fault_fits_the_gateway_as_it_is(fault: Callable[[], None]) -> None:
    with put_back():
        fault()


TRACEBACK = """2026-11-24 [error    ] failed [ocpp_ws]
Traceback (most recent call last):
  File "/there/ocpp_ws/consumers.py", line 1, in call
    answer()
  File "/there/tests/reliability/faults/mutants.py", line 2, in commit
    unit(1)
{more}TypeError: unit() takes no argument
"""
DEEPER = '  File "/there/stations/outbox.py", line 3, in unit\n    raise TypeError\n'


@pytest.mark.parametrize(("more", "count"), [("", 1), (DEEPER, 0)])
def test_a_fault_that_fails_by_itself_is_seen_in_the_log(more: str, count: int) -> None:
    assert len(faults_of_faults(TRACEBACK.format(more=more))) == count
