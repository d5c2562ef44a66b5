"""Whose turn it is: each rule of the queue, switched off."""

from ocpp_ws.turns import Turns
from tests.guards.found import edited, found
from tests.ocpp_ws import test_turns

test_turns_m_a_station_keeps_its_order = found(
    test_turns.test_a_station_of_a_running_batch_waits_and_keeps_its_order, r"== \[2, 3\]",
    edited(Turns._take, "or unit.station in busy or", "or"),
)  # fmt: skip
test_turns_m_who_waits_is_not_overtaken = found(
    test_turns.test_a_station_of_a_running_batch_waits_and_keeps_its_order, "later",
    edited(Turns._take, "extendleft(reversed(left))", "extendleft(left)"),
)  # fmt: skip
test_turns_m_what_was_not_run_comes_first = found(
    test_turns.test_units_that_were_not_run_come_first_the_next_time, r"== \[2, 3, 4, 2\]",
    edited(Turns.ended, "self.waiting.extendleft(reversed(batch[done:]))", "self.waiting.extend(batch[done:])"),
)  # fmt: skip
test_turns_m_what_is_of_no_station_comes_after_all_before_it = found(
    test_turns.test_what_is_of_no_single_station_comes_after_all_before_it_and_holds_up_nobody, r"== \[2, 3\]",
    edited(Turns._take, "if too_early or", "if"),
)  # fmt: skip
test_turns_m_it_waits_for_what_runs = found(
    test_turns.test_what_is_of_no_single_station_comes_after_all_before_it_and_holds_up_nobody, r"== \[2, 3\]",
    edited(Turns._take, " or oldest < entry.number)", ")"),
)  # fmt: skip
test_turns_m_a_lane_is_one_batch = found(
    test_turns.test_there_are_no_more_batches_than_lanes, r"== \[\]",
    edited(Turns._kinds, "len(self.running) == self._lanes", "False"),
)  # fmt: skip
test_turns_m_a_lane_is_left_for_light_ones = found(
    test_turns.test_one_lane_is_always_for_light_units_and_half_of_them_for_others, "take",
    edited(Turns._kinds, "(others < self._lanes - 1)", "1"),
)  # fmt: skip
test_turns_m_half_the_lanes_are_left_for_others = found(
    test_turns.test_one_lane_is_always_for_light_units_and_half_of_them_for_others, "7 waits",
    edited(Turns._kinds, "(light < self._lanes / 2)", "1"),
)  # fmt: skip
test_turns_m_light_ones_are_apart = found(
    test_turns.test_light_units_are_apart_while_the_database_is_slow, "in batches",
    edited(Turns._kinds, "self._lanes == 1 or not self.slow", "True"), first=True,
)  # fmt: skip
test_turns_m_a_slow_batch_is_small = found(
    test_turns.test_a_slow_batch_takes_as_many_as_there_was_time_for, r"sizes == \[1, 2, 4, 8, 3\]",
    edited(Turns._take, "if True in kinds else self._share", "if kinds else 0"),
)  # fmt: skip
