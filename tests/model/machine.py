"""A station and its troubles, drawn by Hypothesis; after each step the database is held against the contract."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rfid.models import RfidCard
from sessions_app.models import ChargingSession, MeterValue
from stations.models import ChargingStation
from tests.model.contract import Charge, Contract, Payload
from tests.model.driver import Driver, empty_tables
from tests.ocpp_ws.charger import Charger

LIMITS: dict[str, int | None] = {"one": 1, "many": None}
TAGS = st.sampled_from(["one", "ONE", "many", "stranger"])
CONNECTORS = st.sampled_from([1, 2])
STEPS = st.integers(0, 500)
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=60)  # what comes late is as good as what comes now
Message = tuple[str, Payload]
connected = precondition(lambda self: not self.in_doubt)
charging = precondition(lambda self: not self.in_doubt and self.contract.charges)


class StationMachine(RuleBasedStateMachine):
    """The station knows the contract's answers only by what the gateway told it."""

    link: Charger

    def __init__(self) -> None:
        super().__init__()
        self.driver, self.contract = Driver(), Contract(LIMITS)
        self.ids, self.minutes = itertools.count(1), itertools.count(1)
        self.meters = {1: 1000, 2: 1000}
        self.history: list[Message] = []
        self.in_doubt: Message | None = None

    @initialize()
    def install(self) -> None:
        RfidCard.objects.bulk_create(RfidCard(tag_id=tag, max_sessions=limit) for tag, limit in LIMITS.items())
        self.link = self.driver.connect("CP_MODEL")
        self.driver.connect("CP_OTHER")

    def teardown(self) -> None:
        self.driver.close()
        empty_tables()

    # --- what is said ----------------------------------------------------------------------------------------------

    def now(self) -> str:
        return (BEGIN + timedelta(minutes=next(self.minutes))).strftime("%Y-%m-%dT%H:%M:%SZ")

    def tell(self, action: str, payload: Payload) -> None:
        """Send it, and hold the answer against the contract's."""
        expected = self.contract.answer(action, payload)
        came = self.driver.run(self.link.send(action, payload, f"m-{next(self.ids)}"))
        if expected and expected.get("transactionId", 0) < 0:
            self.contract.learn(payload, came["transactionId"])
            expected["transactionId"] = came["transactionId"]
        assert expected is None or came == expected, f"{action} {payload}: {came}, not {expected}"
        self.history.append((action, payload))

    def open_link(self) -> None:
        """As a station does: what it does not know to be stored comes first, with a new message id."""
        self.link = self.driver.connect("CP_MODEL")
        if self.in_doubt:
            message, self.in_doubt = self.in_doubt, None
            self.tell(*message)

    def run_up(self, connector: int, step: int) -> int:
        self.meters[connector] += step
        return self.meters[connector]

    def charge(self, data: st.DataObject) -> Charge:
        known = [one for one in self.contract.charges.values()]
        return data.draw(st.sampled_from(known[-6:]))

    def a_message(self, data: st.DataObject) -> Message:
        kinds = (
            ["StartTransaction", "MeterValues", "StopTransaction"] if self.contract.charges else ["StartTransaction"]
        )
        match data.draw(st.sampled_from(kinds)):
            case "StartTransaction":
                return self.a_start(data.draw(CONNECTORS), data.draw(TAGS), 0)
            case "MeterValues":
                return self.a_sample(self.charge(data), 5)
            case _:
                return self.a_stop(self.charge(data), 5)

    def a_start(self, connector: int, tag: str, step: int) -> Message:
        payload = {"connectorId": connector, "idTag": tag, "meterStart": self.run_up(connector, step)}
        return "StartTransaction", payload | {"timestamp": self.now()}

    def a_sample(self, charge: Charge, step: int) -> Message:
        value = {"timestamp": self.now(), "sampledValue": [{"value": str(self.run_up(charge.connector, step))}]}
        payload = {"connectorId": charge.connector, "transactionId": charge.number, "meterValue": [value]}
        return "MeterValues", payload

    def a_stop(self, charge: Charge, step: int) -> Message:
        payload = {"transactionId": charge.number, "meterStop": self.run_up(charge.connector, step)}
        return "StopTransaction", payload | {"timestamp": self.now()}

    # --- what happens ----------------------------------------------------------------------------------------------

    @connected
    @rule(connector=CONNECTORS, tag=TAGS, step=STEPS)
    def start(self, connector: int, tag: str, step: int) -> None:
        """Also on a connector that is busy."""
        self.tell(*self.a_start(connector, tag, step))

    @charging
    @rule(data=st.data(), step=STEPS)
    def meter(self, data: st.DataObject, step: int) -> None:
        self.tell(*self.a_sample(self.charge(data), step))

    @charging
    @rule(data=st.data(), step=STEPS)
    def stop(self, data: st.DataObject, step: int) -> None:
        """Of any session: late where it was interrupted, in conflict where it has ended."""
        self.tell(*self.a_stop(self.charge(data), step))

    @connected
    @rule(number=st.sampled_from([-1, 0, 2**31 - 1]), connector=CONNECTORS)
    def stop_without_a_number(self, number: int, connector: int) -> None:
        payload = {"transactionId": number, "meterStop": self.run_up(connector, 3), "timestamp": self.now()}
        self.tell("StopTransaction", payload)

    @charging
    @rule(data=st.data())
    def other_station_stops_it(self, data: st.DataObject) -> None:
        _, payload = self.a_stop(self.charge(data), 0)
        other = next(one for one in Charger.started if one.scope["path"] == "/CP_OTHER")
        assert self.driver.run(other.send("StopTransaction", payload)) == {}

    @precondition(lambda self: not self.in_doubt and self.history)
    @rule(data=st.data())
    def resend(self, data: st.DataObject) -> None:
        self.tell(*data.draw(st.sampled_from(self.history[-8:])))

    @connected
    @rule()
    def reconnect(self) -> None:
        self.driver.run(self.link.hang_up())
        self.open_link()

    @connected
    @rule()
    def reboot(self) -> None:
        """Ends no session; message ids start anew."""
        self.driver.run(self.link.hang_up())
        self.ids = itertools.count(1)
        self.open_link()
        self.tell("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})

    @connected
    @rule(data=st.data())
    def lose_an_answer(self, data: st.DataObject) -> None:
        """The link drops without a goodbye while a message is on its way: nobody knows whether it is stored."""
        action, payload = self.in_doubt = self.a_message(data)
        self.driver.run(self.link.write([2, f"m-{next(self.ids)}", action, payload]))
        self.driver.run(self.link.hang_up())

    @precondition(lambda self: self.in_doubt)
    @rule()
    def come_back(self) -> None:
        self.open_link()

    @connected
    @rule()
    def take_over(self) -> None:
        """A second link while the first is half-open; the goodbye of the old one comes late."""
        old = self.link
        self.open_link()
        self.driver.run(old.hang_up())

    @connected
    @rule(tag=st.sampled_from(sorted(LIMITS)))
    def block_or_unblock(self, tag: str) -> None:
        """Not while an answer is in doubt: a card that is blocked then may have been judged before or after it."""
        self.contract.blocked ^= {tag}
        RfidCard.objects.filter(tag_key=tag).update(status="Blocked" if tag in self.contract.blocked else "Active")

    # --- what must be so -------------------------------------------------------------------------------------------

    @connected
    @invariant()
    def the_database_holds_the_contract(self) -> None:
        assert stored() == {charge.number: promised(charge) for charge in self.contract.charges.values()}

    @invariant()
    def no_connector_has_two_active_sessions(self) -> None:
        active = ChargingSession.objects.filter(status="active")
        places = list(active.values_list("station_id", "connector_number"))
        assert len(places) == len(set(places))
        assert active.filter(active_connector=None).count() == 0

    @invariant()
    def online_is_who_has_a_link(self) -> None:
        online = ChargingStation.objects.connected().filter(cp_id="CP_MODEL").exists()
        assert online == (self.in_doubt is None)


def promised(charge: Charge) -> Payload:
    return {
        "connector": charge.connector, "tag": charge.tag, "start": charge.meter_start, "state": charge.state,
        "info": {"status": charge.status_of_tag}, "stop": charge.meter_stop, "inferred": charge.inferred,
        "energy": charge.energy, "samples": sorted(charge.samples), "others": len(charge.other_stops),
    }  # fmt: skip


def stored() -> dict[int, Payload]:
    """The same of the sessions in the database, by their number."""
    samples: dict[int, list[tuple[str, str]]] = {}
    for pk, when, value in MeterValue.objects.values_list("session_id", "timestamp", "value").order_by("timestamp"):
        samples.setdefault(pk, []).append((when.strftime("%Y-%m-%dT%H:%M:%SZ"), value))
    return {
        row.transaction_id: in_contracts_words(row, samples.get(row.pk, [])) for row in ChargingSession.objects.all()
    }


def in_contracts_words(row: ChargingSession, samples: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "connector": row.connector_number, "tag": row.id_tag_key, "start": row.meter_start, "state": row.status,
        "info": row.id_tag_info, "stop": row.meter_stop, "inferred": row.stop_inferred, "energy": row.energy_wh,
        "samples": sorted(samples), "others": len(row.stop_conflicts),
    }  # fmt: skip
