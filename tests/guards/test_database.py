"""D and the machine room: one commit for many, one failure for one, and no harm where the database is away."""

from ocpp_ws import batch, dead_letters, replay
from ocpp_ws.batch import Batch
from ocpp_ws.consumers import ChargePointConsumer
from ocpp_ws.writer import Writer
from tests.guards.found import edited, found, replaced
from tests.ocpp_ws import test_dead_letters, test_writer
from tests.ocpp_ws.test_dead_letters import faulty  # noqa: F401 - a fixture
from tests.ocpp_ws.test_writer import gate, station  # noqa: F401 - fixtures
from tests.reliability.faults.put import always

ONE_BATCH = replaced(batch, LONGEST_SECONDS=60.0)  # however slow this machine is
DEAD_LETTER = "if call.action not in dead_letters.KEPT:"

test_d5m_a_busy_database_is_tried_again = found(
    test_writer.test_a_busy_database_is_tried_again, "'stored'",
    edited(batch.retried, "tried_for > PATIENCE_SECONDS - PAUSE_SECONDS", "True"),
    failure=test_writer.OperationalError("database is locked"),
)  # fmt: skip
test_d5m_nothing_is_tried_while_the_breaker_is_open = found(
    test_writer.test_a_database_that_is_away_opens_the_breaker_until_a_commit_succeeds, "DID NOT RAISE",
    edited(Writer.post, "if breaker.is_open:", "if False:"),
)  # fmt: skip
test_poison_m_a_unit_fails_alone = found(
    test_writer.test_a_unit_that_fails_fails_alone, "'CP_2'",
    edited(batch.in_savepoint, "        return None, error", "        raise"), ONE_BATCH,
    edited(batch.run_batch, "if len(units) == 1:", "if True:"),
)  # fmt: skip
test_poison_m_a_row_that_no_database_takes_fails_alone = found(
    test_writer.test_a_row_that_no_database_takes_fails_only_its_own_unit, r"\[False, True, False, False\]",
    edited(batch.run_batch, "if len(units) == 1:", "if True:"), ONE_BATCH, poison={"station_id": -5},
)  # fmt: skip
test_poison_m_its_rows_are_forgotten = found(
    test_writer.test_rows_of_a_failed_unit_are_forgotten, "'failed'", replaced(Batch, back_to=always(None)),
    ONE_BATCH,
)  # fmt: skip
test_poison_m_a_unit_that_only_the_database_refuses_fails_alone = found(
    test_writer.test_a_unit_that_only_the_database_refuses_fails_alone_and_opens_no_breaker, "UnitFailed",
    replaced(batch, is_usable=always(False), PATIENCE_SECONDS=0.5),
)  # fmt: skip
test_poison_m_what_was_put_off_is_done_at_once = found(
    test_writer.test_put_off_work_that_fails_fails_only_its_own_unit, "others still share",
    edited(batch.in_savepoint, "            batch.work_off()  # now: at the end it would fail for all\n", ""),
    ONE_BATCH,
)  # fmt: skip
test_d7m_a_slow_batch_leaves_some_to_the_next = found(
    test_writer.test_units_that_take_long_get_transactions_of_their_own_in_their_order, "== 5",
    edited(batch.in_time, "if outcomes and not quick and", "if False and"),
)  # fmt: skip
test_d11m_a_frame_that_fails_is_confirmed = found(
    test_dead_letters.test_what_fails_is_confirmed_and_kept_word_for_word, "InternalError",
    edited(ChargePointConsumer.answer, DEAD_LETTER, "if True:"), kind=test_dead_letters.CallError,
)  # fmt: skip
test_d11m_a_frame_is_kept_word_for_word = found(
    test_dead_letters.test_what_fails_is_confirmed_and_kept_word_for_word, r"json.loads\(frame.raw\)",
    edited(dead_letters.frame_row, "without_nul(frame.raw)", "'[]'"),
)  # fmt: skip
test_d11m_what_is_refused_is_kept_word_for_word = found(
    test_dead_letters.test_what_gets_a_callerror_is_kept_raw, "frame.raw",
    edited(dead_letters.frame_row, "without_nul(frame.raw)", "'[]'"),
)  # fmt: skip
test_d11m_a_start_that_fails_is_a_session = found(
    test_dead_letters.test_a_start_that_fails_gets_a_minimal_session, "InternalError",
    edited(ChargePointConsumer.answer, DEAD_LETTER, "if True:"), kind=test_dead_letters.CallError,
)  # fmt: skip
test_d11m_a_database_that_is_away_is_no_bug_of_ours = found(
    test_dead_letters.test_a_database_that_is_away_is_no_dead_letter, "DID NOT RAISE",
    edited(ChargePointConsumer.answer, "except (OperationalError, InterfaceError):", "except ZeroDivisionError:"),
)  # fmt: skip
test_d11m_a_frame_is_repaired_once = found(
    test_dead_letters.test_two_repairs_at_once_run_a_frame_once, "2 == 1",
    replaced(replay.ReplayLink, _claim=always(None)),
)  # fmt: skip
