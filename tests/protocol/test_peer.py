"""Two peers on one wire: what one says is what the other hears."""

import json
from typing import Any

import pytest

from ocpp_ws.protocol import (
    ACTIONS,
    Answered,
    Busy,
    Call,
    Failed,
    Ignored,
    InvalidPayload,
    Peer,
    Refused,
    Replay,
    Unanswered,
)

from .examples import BOOT, NOW, START, STATUS, STOP, central, frame

HEARTBEAT = {"currentTime": NOW}


@pytest.fixture
def system() -> Peer:
    return central()


@pytest.fixture
def station() -> Peer:
    return central()


def heard(peer: Peer, text: str, now: float = 0.0) -> Call:
    event = peer.receive(text, now)
    assert isinstance(event, Call)
    return event


def asked(
    peer: Peer, action: str = "Reset", payload: dict[str, Any] | None = None, now: float = 0.0, **more: Any
) -> str:
    payload = {"type": "Soft"} if payload is None else payload
    return peer.call(action, payload, **{"ref": "ref-1", "now": now, "unique_id": "ours-1", **more})


# asking and answering


def test_an_answer_comes_back_to_the_one_who_asked(system: Peer, station: Peer) -> None:
    call = heard(system, station.call("BootNotification", BOOT, ref="boot", now=5.0, unique_id="1"))
    assert (call.unique_id, call.action, call.payload, call.quirks) == ("1", "BootNotification", BOOT, ())
    reply = {"status": "Accepted", "currentTime": NOW, "interval": 60}
    event = station.receive(system.answer(call, reply), 5.5)
    assert event == Answered("boot", "1", reply, (), 0.5, False)


def test_the_text_of_a_call_and_its_result_is_compact_and_in_the_order_given(system: Peer, station: Peer) -> None:
    text = station.call(
        "StopTransaction", {"timestamp": NOW, "meterStop": 1, "transactionId": 2}, ref=0, now=0.0, unique_id="a"
    )
    assert text == f'[2,"a","StopTransaction",{{"timestamp":"{NOW}","meterStop":1,"transactionId":2}}]'
    assert system.answer(heard(system, text), {}) == '[3,"a",{}]'


def test_a_refusal_has_five_elements_and_reaches_the_asker_as_failure(system: Peer, station: Peer) -> None:
    call = heard(system, station.call("Authorize", {"idTag": "A"}, ref="r", now=0.0, unique_id="1"))
    text = system.refuse(call, "SecurityError", "not accepted yet")
    assert json.loads(text) == [4, "1", "SecurityError", "not accepted yet", {}]
    assert station.receive(text, 2.0) == Failed("r", "1", "SecurityError", "not accepted yet", {}, 2.0, False)


def test_a_refusal_without_words_has_an_empty_description(system: Peer) -> None:
    text = system.refuse(heard(system, frame("Heartbeat", {})), "InternalError")
    assert text == '[4,"id-1","InternalError","",{}]'


def test_a_long_description_is_cut_to_255_characters(system: Peer) -> None:
    text = system.refuse(heard(system, frame("Heartbeat", {})), "GenericError", "ä" * 300)
    assert json.loads(text)[3] == "ä" * 255


def test_a_description_that_utf8_cannot_carry_is_sent_all_the_same(system: Peer) -> None:
    text = system.refuse(heard(system, frame("Heartbeat", {})), "GenericError", "a\ud800\x00b")
    assert json.loads(text)[3] == "a\ufffd\ufffdb"


@pytest.mark.parametrize("code", ["FormatViolation", "OccurrenceConstraintViolation", "Oops", ""])
def test_a_code_that_is_not_of_1_6_is_never_sent(system: Peer, code: str) -> None:
    with pytest.raises(InvalidPayload):
        system.refuse(heard(system, frame("Heartbeat", {})), code)


def test_calls_of_both_sides_may_cross(system: Peer, station: Peer) -> None:
    down = asked(system)
    up = station.call("Heartbeat", {}, ref="up", now=0.0)
    reply_up = system.answer(heard(system, up), HEARTBEAT)
    reply_down = station.answer(heard(station, down), {"status": "Accepted"})
    assert isinstance(station.receive(reply_up, 1.0), Answered)
    assert isinstance(system.receive(reply_down, 1.0), Answered)


def test_ids_of_our_calls_are_uuids(system: Peer) -> None:
    unique_id = json.loads(system.call("ClearCache", {}, ref=1, now=0.0))[1]
    assert len(unique_id) == 36
    assert unique_id[14] == "4"


# one call outstanding


def test_second_call_is_refused_while_the_first_is_unanswered(system: Peer) -> None:
    asked(system)
    assert system.busy
    with pytest.raises(Busy):
        asked(system, unique_id="ours-2")


@pytest.mark.parametrize("reply", ['[3,"ours-1",{"status":"Accepted"}]', '[4,"ours-1","InternalError","",{}]'])
def test_an_answer_frees_the_line(system: Peer, reply: str) -> None:
    asked(system)
    system.receive(reply, 1.0)
    assert not system.busy
    assert system.deadline() is None
    asked(system, unique_id="ours-2")


def test_a_call_that_cannot_be_sent_leaves_the_line_free(system: Peer) -> None:
    with pytest.raises(InvalidPayload):
        asked(system, payload={"type": "Medium"})
    assert not system.busy


def test_an_answer_counts_once(system: Peer) -> None:
    asked(system)
    text = '[3,"ours-1",{"status":"Accepted"}]'
    assert isinstance(system.receive(text, 1.0), Answered)
    assert system.receive(text, 1.0) == Ignored("orphan", text)


def test_an_answer_with_another_id_leaves_the_call_outstanding(system: Peer) -> None:
    asked(system)
    assert isinstance(system.receive('[3,"ours-2",{"status":"Accepted"}]', 1.0), Ignored)
    assert system.busy


# silence


def test_the_deadline_is_the_call_timeout_after_the_call() -> None:
    peer = central(call_timeout=12.5)
    assert peer.deadline() is None
    asked(peer, now=100.0)
    assert peer.deadline() == 112.5


def test_a_call_is_not_given_up_before_its_deadline(system: Peer) -> None:
    asked(system, now=100.0)
    assert system.expire(129.9) is None
    assert system.busy


def test_an_expired_call_is_reported_once_and_frees_the_line(system: Peer) -> None:
    asked(system, now=100.0)
    assert system.expire(130.0) == Unanswered("ref-1", "ours-1")
    assert not system.busy
    assert system.expire(131.0) is None


def test_a_late_answer_carries_its_own_ref_and_leaves_the_next_call_alone(system: Peer) -> None:
    asked(system)
    system.expire(30.0)
    asked(system, ref="ref-2", unique_id="ours-2", now=31.0)
    late = system.receive('[3,"ours-1",{"status":"Rejected"}]', 40.0)
    assert late == Answered("ref-1", "ours-1", {"status": "Rejected"}, (), 40.0, True)
    assert system.busy
    own = system.receive('[3,"ours-2",{"status":"Accepted"}]', 41.0)
    assert isinstance(own, Answered)
    assert (own.ref, own.late) == ("ref-2", False)


def test_a_late_error_carries_its_own_ref(system: Peer) -> None:
    asked(system)
    system.expire(30.0)
    event = system.receive('[4,"ours-1","GenericError","slow",{}]', 40.0)
    assert event == Failed("ref-1", "ours-1", "GenericError", "slow", {}, 40.0, True)


@pytest.mark.parametrize(("now", "expected"), [(630.0, Answered), (630.1, Ignored)])
def test_an_answer_is_known_for_ten_minutes_after_it_was_given_up(system: Peer, now: float, expected: type) -> None:
    asked(system)
    system.expire(30.0)
    assert isinstance(system.receive('[3,"ours-1",{"status":"Accepted"}]', now), expected)


def test_the_last_32_calls_given_up_are_remembered(system: Peer) -> None:
    for number in range(33):
        asked(system, unique_id=f"n{number}", ref=number)
        system.expire(30.0)
    assert isinstance(system.receive('[3,"n0",{"status":"Accepted"}]', 31.0), Ignored)
    oldest = system.receive('[3,"n1",{"status":"Accepted"}]', 31.0)
    assert isinstance(oldest, Answered)
    assert oldest.ref == 1


def test_when_the_link_goes_the_outstanding_call_is_handed_back(system: Peer) -> None:
    asked(system)
    assert system.abandon() == ["ref-1"]
    assert system.abandon() == []
    assert not system.busy
    assert isinstance(system.receive('[3,"ours-1",{"status":"Accepted"}]', 1.0), Ignored)


def test_when_the_link_goes_late_answers_are_forgotten(system: Peer) -> None:
    asked(system)
    system.expire(30.0)
    assert system.abandon() == []
    assert isinstance(system.receive('[3,"ours-1",{"status":"Accepted"}]', 31.0), Ignored)


# odd answers to our calls


@pytest.mark.parametrize("unique_id", ['"-1"', "-1"])
def test_an_error_with_id_minus_one_is_for_the_only_call_outstanding(system: Peer, unique_id: str) -> None:
    asked(system)
    event = system.receive(f'[4,{unique_id},"FormationViolation","?",{{}}]', 1.0)
    assert event == Failed("ref-1", "ours-1", "FormationViolation", "?", {}, 1.0, False)


def test_an_error_with_id_minus_one_is_an_orphan_while_nothing_is_outstanding(system: Peer) -> None:
    asked(system)
    system.expire(30.0)
    assert isinstance(system.receive('[4,"-1","GenericError","",{}]', 31.0), Ignored)


def test_an_error_with_any_other_id_leaves_the_call_outstanding(system: Peer) -> None:
    asked(system)
    assert isinstance(system.receive('[4,"ours-2","GenericError","",{}]', 1.0), Ignored)
    assert system.busy


def test_a_result_with_id_minus_one_is_an_orphan(system: Peer) -> None:
    asked(system)
    assert isinstance(system.receive('[3,"-1",{"status":"Accepted"}]', 1.0), Ignored)
    assert system.busy


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("FormatViolation", "FormationViolation"),
        ("OccurrenceConstraintViolation", "OccurenceConstraintViolation"),
        ("OccurenceConstraintViolation", "OccurenceConstraintViolation"),
        ("RpcFrameworkError", "RpcFrameworkError"),
        ("", "GenericError"),
        (5, "GenericError"),
    ],
)
def test_error_codes_come_in_with_either_spelling(system: Peer, sent: object, understood: str) -> None:
    asked(system)
    event = system.receive(json.dumps([4, "ours-1", sent, "", {}]), 1.0)
    assert isinstance(event, Failed)
    assert event.code == understood


@pytest.mark.parametrize(
    ("text", "code", "description", "details"),
    [
        ('[4,"ours-1"]', "GenericError", "", {}),
        ('[4,"ours-1","NotSupported"]', "NotSupported", "", {}),
        ('[4,"ours-1","NotSupported",null,null]', "NotSupported", "", {}),
        ('[4,"ours-1","NotSupported","no",{"why":1}]', "NotSupported", "no", {"why": 1}),
        ('[4,"ours-1","NotSupported","no",{},6]', "NotSupported", "no", {}),
    ],
)
def test_a_maimed_error_still_ends_the_call(
    system: Peer, text: str, code: str, description: str, details: dict[str, Any]
) -> None:
    asked(system)
    assert system.receive(text, 1.0) == Failed("ref-1", "ours-1", code, description, details, 1.0, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[3,"ours-1",{}]', "missing"),
        ('[3,"ours-1",null]', "missing"),
        ('[3,"ours-1"]', "wrong-length"),
        ('[3,"ours-1",{"status":"Accepted"},4]', "wrong-length"),
        ('[3,"ours-1",["Accepted"]]', "payload-not-object"),
        ('[3,"ours-1",{"status":1}]', "wrong-type"),
    ],
)
def test_an_invalid_result_ends_the_call_and_says_what_is_wrong(system: Peer, text: str, kind: str) -> None:
    asked(system)
    event = system.receive(text, 1.0)
    assert isinstance(event, Answered)
    assert kind in {deviation.kind for deviation in event.deviations}
    assert not system.busy


@pytest.mark.parametrize(
    ("member", "faults"),
    [("duration", []), ("chargingRateUnit", [("wrong-type", "chargingSchedule.chargingRateUnit")])],
)
def test_null_is_absent_only_where_absence_is_allowed(system: Peer, member: str, faults: list[tuple[str, str]]) -> None:
    asked(system, "GetCompositeSchedule", {"connectorId": 1, "duration": 60})
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}], member: None}
    event = system.receive(json.dumps([3, "ours-1", {"status": "Accepted", "chargingSchedule": schedule}]), 1.0)
    assert isinstance(event, Answered)
    assert [(one.kind, one.path) for one in event.deviations] == faults
    assert (member in event.payload["chargingSchedule"]) == bool(faults)


def test_a_text_where_a_list_belongs_is_not_coerced(system: Peer) -> None:
    asked(system, "GetConfiguration", {})
    event = system.receive('[3,"ours-1",{"unknownKey":"Key"}]', 1.0)
    assert isinstance(event, Answered)
    assert [(one.kind, one.path) for one in event.deviations] == [("wrong-type", "unknownKey")]


def test_a_result_that_is_only_odd_is_valid_and_its_quirks_are_told(system: Peer) -> None:
    asked(system)
    event = system.receive('[3,"ours-1",{"status":"Perhaps","extra":1}]', 1.0)
    assert isinstance(event, Answered)
    assert event.deviations == ()
    assert event.payload == {"status": "Perhaps"}
    assert {quirk.kind for quirk in event.quirks} == {"unknown-enum", "extra-member"}


def test_a_result_with_a_numeric_id_is_matched_by_its_digits(system: Peer) -> None:
    asked(system, unique_id="17")
    assert isinstance(system.receive('[3,17,{"status":"Accepted"}]', 1.0), Answered)


# what we may not send


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "soft"},
        {"type": None},
        {"type": "Soft", "extra": 1},
        {"type": {"Soft"}},
        {"type": b"Soft"},
    ],
)
def test_a_call_that_breaks_its_schema_is_not_sent(system: Peer, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        asked(system, payload=payload)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"idTagInfo": {"status": "Accepted"}},
        {"transactionId": None, "idTagInfo": {"status": "Accepted"}},
        {"transactionId": "1", "idTagInfo": {"status": "Accepted"}},
        {"transactionId": 2**63, "idTagInfo": {"status": "Accepted"}},
        {"transactionId": 1 << 20_000, "idTagInfo": {"status": "Accepted"}},
        {"transactionId": 1, "idTagInfo": {"status": "Accepted", "expiryDate": None}},
        {"transactionId": 1, "idTagInfo": {"status": "Accepted", "expiryDate": "tomorrow"}},
        {"transactionId": 1, "idTagInfo": {"status": "Accepted", "parentIdTag": "x" * 21}},
        {"transactionId": 1, "idTagInfo": {"status": "Accepted", "parentIdTag": "\ud800"}},
        {"transactionId": 1, "idTagInfo": {"status": "Accepted"}, "currentTime": NOW},
    ],
)
def test_a_result_that_breaks_its_schema_is_our_mistake(system: Peer, payload: dict[str, Any]) -> None:
    call = heard(system, frame("StartTransaction", START))
    with pytest.raises(InvalidPayload):
        system.answer(call, payload)


@pytest.mark.parametrize("elements", [list, tuple])
def test_a_fault_deep_in_an_array_is_our_mistake_too(system: Peer, elements: type) -> None:
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": elements([{"startPeriod": 0, "limit": 16.05}]),
        },
    }
    with pytest.raises(InvalidPayload, match=r"chargingSchedulePeriod\.0\.limit"):
        asked(system, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})


def test_an_unknown_action_is_not_sent(system: Peer) -> None:
    with pytest.raises(InvalidPayload):
        asked(system, "reset", {"type": "Soft"})


@pytest.mark.parametrize("unique_id", ["", "x" * 37])
def test_a_message_id_of_ours_has_1_to_36_characters(system: Peer, unique_id: str) -> None:
    with pytest.raises(InvalidPayload):
        asked(system, unique_id=unique_id)


def test_a_peer_serves_only_actions_of_1_6() -> None:
    with pytest.raises(ValueError, match="Heartbeet"):
        Peer(serves=["Heartbeet"])


# the same call again


def test_a_repeated_call_gets_the_same_answer_byte_for_byte(system: Peer) -> None:
    text = frame("StatusNotification", STATUS)
    reply = system.answer(heard(system, text), {})
    assert system.receive(text, 9.0) == Replay(reply, "id-1", "StatusNotification")


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Heartbeat", {}, HEARTBEAT),
        ("Authorize", {"idTag": "A"}, {"idTagInfo": {"status": "Blocked"}}),
        ("BootNotification", BOOT, {**HEARTBEAT, "status": "Pending", "interval": 60}),
    ],
)
def test_an_answer_about_this_moment_is_given_anew(system: Peer, action: str, payload: Any, answer: Any) -> None:
    text = frame(action, payload)
    system.answer(heard(system, text), answer)
    assert heard(system, text).quirks == ()


def test_the_order_of_members_makes_no_other_call(system: Peer) -> None:
    system.answer(heard(system, frame("StatusNotification", STATUS)), {})
    again = frame("StatusNotification", dict(reversed(STATUS.items())))
    assert isinstance(system.receive(again, 1.0), Replay)


def test_a_repeated_call_with_faults_that_were_repaired_is_replayed(system: Peer) -> None:
    text = frame("StopTransaction", {**STOP, "transactionId": "7", "extra": 1})
    system.answer(heard(system, text), {})
    assert isinstance(system.receive(text, 1.0), Replay)


@pytest.mark.parametrize(
    "text",
    [
        frame("StatusNotification", {**STATUS, "connectorId": 2}),
        frame("Heartbeat", {}),
        frame("StatusNotification", {**STATUS, "info": ""}),
    ],
)
def test_the_same_id_with_other_content_is_a_new_call_with_a_quirk(system: Peer, text: str) -> None:
    system.answer(heard(system, frame("StatusNotification", STATUS)), {})
    assert "id-reused" in {quirk.kind for quirk in heard(system, text).quirks}


def test_the_same_id_with_other_content_is_refused_when_strict() -> None:
    peer = central(strict=True)
    peer.answer(heard(peer, frame("StatusNotification", STATUS)), {})
    event = peer.receive(frame("Heartbeat", {}), 1.0)
    assert isinstance(event, Refused)
    assert event.code == "ProtocolError"


def test_a_call_that_was_refused_is_processed_anew(system: Peer) -> None:
    text = frame("StopTransaction", STOP)
    system.refuse(heard(system, text), "InternalError")
    assert heard(system, text).quirks == ()


def test_a_call_not_answered_yet_is_processed_anew(system: Peer) -> None:
    text = frame("StopTransaction", STOP)
    assert heard(system, text) == heard(system, text)


def test_answers_are_not_replayed_on_another_link(system: Peer) -> None:
    text = frame("StatusNotification", STATUS)
    system.answer(heard(system, text), {})
    assert heard(central(), text).quirks == ()


def test_the_last_256_answers_are_remembered(system: Peer) -> None:
    for number in range(257):
        system.answer(heard(system, frame("StatusNotification", STATUS, f"n{number}")), {})
    assert isinstance(system.receive(frame("StatusNotification", STATUS, "n0"), 1.0), Call)
    assert isinstance(system.receive(frame("StatusNotification", STATUS, "n1"), 1.0), Replay)


def test_an_answer_given_again_is_the_newest_again(system: Peer) -> None:
    for number in range(256):
        system.answer(heard(system, frame("StatusNotification", {**STATUS, "connectorId": 2}, f"n{number}")), {})
    system.answer(heard(system, frame("StatusNotification", STATUS, "n0")), {})
    system.answer(heard(system, frame("StatusNotification", STATUS, "one-more")), {})
    assert isinstance(system.receive(frame("StatusNotification", STATUS, "n0"), 1.0), Replay)


@pytest.mark.parametrize(("length", "expected"), [(255, Replay), (256, Call), (100_000, Call)])
def test_giant_ids_are_answered_but_not_remembered(system: Peer, length: int, expected: type) -> None:
    text = frame("StatusNotification", STATUS, "x" * length)
    system.answer(heard(system, text), {})
    assert isinstance(system.receive(text, 1.0), expected)


@pytest.mark.parametrize("unique_id", [0, 17])
def test_a_repeated_call_with_a_number_for_its_id_is_replayed(system: Peer, unique_id: int) -> None:
    text = frame("StatusNotification", STATUS, unique_id)
    reply = system.answer(heard(system, text), {})
    assert system.receive(text, 9.0) == Replay(reply, unique_id, "StatusNotification")


def test_the_actions_a_peer_serves_are_all_it_takes() -> None:
    peer = Peer(serves=["Heartbeat"])
    assert isinstance(peer.receive(frame("Heartbeat", {}), 0.0), Call)
    for action in ACTIONS - {"Heartbeat"}:
        event = peer.receive(frame(action, {}), 0.0)
        assert isinstance(event, Refused)
        assert event.code == "NotSupported"
