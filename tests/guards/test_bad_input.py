"""B: what keeps odd, hostile or endless input from doing harm."""

from typing import Any

from gateway.server.link_queue import LinkQueue
from ocpp_ws.consumers import ChargePointConsumer
from ocpp_ws.protocol import json_text, memory, peer
from tests.guards.found import edited, found, replaced
from tests.ocpp_ws import test_refusals
from tests.protocol import test_bad_input, test_peer
from tests.protocol.test_peer import system  # noqa: F401 - a fixture
from tests.reliability.faults.put import always
from tests.server import test_link_queue


def nothing_is_replaced(value: Any, where: Any, replaced: Any) -> Any:
    return value


test_i1m_the_same_call_gets_the_same_answer = found(
    test_refusals.test_the_same_call_again_gets_the_same_bytes, "2 == 1|3 == 1",
    replaced(memory.Memory, recall=always(None)),
)  # fmt: skip
test_i4m_an_id_with_other_content_is_another_call = found(
    test_refusals.test_the_same_id_with_other_content_is_another_call, "first.*transactionId.*!= second",
    edited(memory.Memory.recall, " and kept[0] == digest", ""),
)  # fmt: skip
test_i1m_the_memory_of_answers_has_an_end = found(
    test_peer.test_the_last_256_answers_are_remembered, "isinstance",
    edited(memory.Memory.keep, "len(self._answers) > _KEPT", "False"),
)  # fmt: skip
test_b1m_ten_unreadable_frames_a_minute_are_borne = found(
    test_refusals.test_more_than_ten_unreadable_frames_in_a_minute_end_the_link, r"charger.text\(\)",
    edited(ChargePointConsumer.ignored, "len(self._junk) == JUNK_PER_MINUTE", "False"), kind=TimeoutError,
)  # fmt: skip
test_b13m_a_strict_station_is_refused = found(
    test_bad_input.test_a_strict_peer_refuses_what_the_table_says, "Refused",
    edited(peer.Peer._on_call, "strict=self.strict", "strict=False"),
    text='[2,"i","Heartbeat",{"more":1}]', payload={}, quirks=["extra-member"], strictly="FormationViolation",
)  # fmt: skip
test_b17m_what_is_no_json_is_refused = found(
    test_bad_input.test_what_cannot_be_processed_gets_a_callerror, "TypeConstraintViolation",
    edited(json_text._refuse_constant, 'raise ValueError(f"{name} is not JSON")', "return None"),
    text='[2,"i","StopTransaction",{"transactionId":NaN,"meterStop":1,"timestamp":"x"}]', unique_id="i",
    code="FormationViolation", strict=False,
)  # fmt: skip
test_b18m_what_is_nested_too_deep_is_dropped = found(
    test_bad_input.test_what_cannot_be_answered_is_ignored, "too-deep",
    replaced(json_text, _check_depth=always(None)), text=test_bad_input.nested(21), reason="too-deep", strict=False,
)  # fmt: skip
test_b20m_nul_is_replaced = found(
    test_bad_input.test_what_can_be_lived_with_is_taken_and_noted, "event.payload == payload",
    replaced(json_text, _clean=nothing_is_replaced), text='[2,"i","DataTransfer",{"vendorId":"a\\u0000b"}]',
    payload={"vendorId": "a\ufffdb"}, quirks=["nul-or-surrogate"], strictly=None,
)  # fmt: skip
test_b25m_binary_frames_end_the_link = found(
    test_refusals.test_a_binary_frame_ends_the_link, r"charger.text\(\)",
    edited(ChargePointConsumer.frame, 'await link.close(UNSUPPORTED_DATA, "text frames only")', "pass"),
    kind=TimeoutError,
)  # fmt: skip
test_b28m_an_answer_counts_once = found(
    test_peer.test_an_answer_counts_once, "Ignored", edited(peer.Line.claim, "self.outstanding = None", "pass")
)
test_b30m_what_waits_has_an_end = found(
    test_link_queue.test_it_is_full_above_64_messages_and_open_again_at_16, r"marks == \[True\]",
    edited(LinkQueue.put_nowait, "len(self.messages) > self.limits.queue_high", "False"),
)  # fmt: skip
test_b30m_it_is_told_since_when = found(
    test_link_queue.test_it_tells_since_when_it_has_held_more_than_64, "65.0",
    edited(LinkQueue.put_nowait, "self.over_since = monotonic()", "pass"),
)  # fmt: skip
test_b30m_large_messages_fill_it = found(
    test_link_queue.test_one_large_message_fills_it_until_it_is_taken, r"marks == \[True\]",
    edited(LinkQueue.put_nowait, "self.bytes > self.limits.queue_bytes", "False"),
)  # fmt: skip
