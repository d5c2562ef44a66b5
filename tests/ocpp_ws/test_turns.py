"""Whose turn it is: which units may go into the next batch beside those that run."""

from concurrent.futures import Future
from typing import Any

import pytest

from ocpp_ws.batch import Unit
from ocpp_ws.turns import Entry, Turns

NOBODY = None


def turns(lanes: int = 4, *, slow: bool = False) -> Turns:
    made = Turns(lanes)
    made.slow = slow
    return made


def add(queue: Turns, *stations: Any, light: bool = False) -> None:
    for station in stations:
        queue.add(Unit(lambda _: None, (), station, light), Future())


def stations(batch: list[Entry]) -> list[Any]:
    return [entry.unit.station for entry in batch]


def test_all_that_wait_go_into_one_batch_in_their_order() -> None:
    queue = turns()
    add(queue, 3, 1, NOBODY, 1, 2)
    assert stations(queue.take()) == [3, 1, NOBODY, 1, 2]
    assert queue.take() == []


def test_a_station_of_a_running_batch_waits_and_keeps_its_order() -> None:
    queue = turns()
    add(queue, 1)
    first = queue.take()
    add(queue, 1, 2, 1, 3)
    assert stations(queue.take()) == [2, 3]
    queue.ended(first, 1)
    later = queue.take()
    assert stations(later) == [1, 1]
    assert later[0].number < later[1].number


def test_what_is_of_no_single_station_comes_after_all_before_it_and_holds_up_nobody() -> None:
    queue = turns()
    add(queue, 1)
    first = queue.take()
    add(queue, 2, NOBODY, 3)
    second = queue.take()
    assert stations(second) == [2, 3]
    queue.ended(first, 1)
    assert queue.take() == [], "one that came before it still runs"
    add(queue, 4)
    third = queue.take()
    assert stations(third) == [4]
    queue.ended(second, 2)
    assert stations(queue.take()) == [NOBODY], "4 came after it"


def test_one_lane_is_one_batch_at_a_time() -> None:
    queue = turns(lanes=1, slow=True)
    add(queue, 1)
    first = queue.take()
    add(queue, 2)
    add(queue, 3, light=True)
    assert queue.take() == []
    queue.ended(first, 1)
    assert stations(queue.take()) == [2, 3]


def test_there_are_no_more_batches_than_lanes() -> None:
    queue = turns(lanes=2)
    add(queue, 1)
    queue.take()
    add(queue, 2)
    queue.take()
    add(queue, 3)
    assert queue.take() == []


def test_units_that_were_not_run_come_first_the_next_time() -> None:
    queue = turns()
    add(queue, 1, 2, 3)
    batch = queue.take()
    add(queue, 4, 2)
    queue.ended(batch, 1)
    assert stations(queue.take()) == [2, 3, 4, 2]


@pytest.mark.parametrize("first", [True, False])
def test_light_units_are_apart_while_the_database_is_slow(first: bool) -> None:
    queue = turns(slow=True)
    add(queue, 1, light=first)
    add(queue, 2, light=not first)
    add(queue, 3, light=True)
    batches = [stations(queue.take()) for _ in range(2)]
    assert [1, 3] in batches or [2, 3] in batches
    assert queue.take() == []


def test_one_lane_is_always_for_light_units_and_half_of_them_for_others() -> None:
    queue = turns(lanes=4, slow=True)
    add(queue, 1, 2, 3, 4)
    assert [stations(queue.take()) for _ in range(4)] == [[1], [2], [3], []]
    add(queue, 5, light=True)
    assert stations(queue.take()) == [5]
    queue.ended(queue.running[0], 1)
    queue.ended(queue.running[0], 1)
    for number in (6, 7):
        add(queue, number, light=True)
        queue.take()
    assert [stations(batch) for batch in queue.running] == [[3], [5], [6], [4]], "7 waits though it is light"


def test_a_slow_batch_takes_as_many_as_there_was_time_for() -> None:
    queue = turns(slow=True)
    add(queue, *range(20))
    sizes = []
    for done in (1, 2, 4, 3, 3):
        batch = queue.take()
        sizes.append(len(batch))
        queue.ended(batch, done)
    assert sizes == [1, 2, 4, 8, 3]
