"""R10: what keeps a station able to log in, and others from doing so."""

from stations import credentials
from stations.errors import StationOffline
from tests.guards.found import edited, found, replaced
from tests.reliability.faults.put import always
from tests.stations import test_credentials
from tests.stations.test_credentials import station  # noqa: F401 - a fixture

LOCKS_OUT = "if is_change_of(wish, KEY) and not KEY_SHAPE.fullmatch(value):"

test_r10m_a_key_is_accepted_as_soon_as_it_is_sent = found(
    test_credentials.test_a_key_is_accepted_beside_the_old_one_as_soon_as_its_command_is_sent, "lets_in",
    replaced(credentials, before_sending=always(None)), replaced(test_credentials.outbox, before_sending=always(None)),
)  # fmt: skip
test_r10m_the_old_key_holds_until_the_answer = found(
    test_credentials.test_without_an_answer_the_first_login_with_the_new_key_decides, "== .True, True",
    edited(credentials.logged_in, "if key_hash in station.pending_key_hashes:\n        take(station, key_hash)",
           "take(station, (station.pending_key_hashes or [key_hash])[0])"),
)  # fmt: skip
test_r10m_the_first_login_decides = found(
    test_credentials.test_without_an_answer_the_first_login_with_the_new_key_decides, "== .False, True",
    edited(credentials.logged_in, "if key_hash in station.pending_key_hashes:", "if False:"),
)  # fmt: skip
test_r10m_what_was_accepted_holds_alone = found(
    test_credentials.test_the_answer_decides_which_key_holds, "== lets",
    edited(credentials.settle_key, 'if status == "Accepted":', "if False:"), status="Accepted", lets=[False, True],
)  # fmt: skip
test_r10m_what_was_rejected_holds_no_more = found(
    test_credentials.test_the_answer_decides_which_key_holds, "== lets",
    edited(credentials.settle_key, 'elif status in ("Rejected", "NotSupported"):', "elif False:"),
    status="Rejected", lets=[True, False],
)  # fmt: skip
test_r10m_another_keys_rejection_is_not_its_own = found(
    test_credentials.test_a_key_whose_fate_is_unknown_survives_the_rejection_of_a_later_one, "lets_in",
    edited(credentials.settle_key, "if stored != mine", "if False"),
)  # fmt: skip
test_r10m_what_is_no_key_is_not_sent = found(
    test_credentials.test_what_is_no_key_is_not_sent, "not connected",  # it would be sent
    edited(credentials.refuse_wrong, LOCKS_OUT, "if False:"), kind=StationOffline,
    key="AuthorizationKey", value="00" * 15,
)  # fmt: skip
test_s6m_a_profile_is_never_lowered = found(
    test_credentials.test_a_profile_is_never_lowered_by_us, "not connected",  # it would be sent
    edited(credentials.refuse_wrong, "if why := lowered(station, wish):", "if why := '':"), kind=StationOffline,
)  # fmt: skip
