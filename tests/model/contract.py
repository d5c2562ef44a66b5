"""What the gateway promises about sessions (docs/reliability.md), in plain Python: no database, no sockets, no clock.

`answer(action, payload)` takes a message as its station sent it and returns what it must be answered; `charges` is what
must be stored then. Times are ISO texts of one form, so they sort as they are.
"""

from dataclasses import dataclass, field
from typing import Any

Payload = dict[str, Any]
Key = tuple[int, str, int, str]
NEW = -7  # the number of a session that is only being told


@dataclass
class Charge:
    """A session."""

    connector: int
    tag: str
    meter_start: int
    started: str
    status_of_tag: str
    number: int = NEW
    state: str = "active"
    last: int | None = None
    meter_stop: int | None = None
    stopped: str = ""
    inferred: bool = False
    samples: set[tuple[str, str]] = field(default_factory=set)
    other_stops: set[tuple[int, str]] = field(default_factory=set)

    @property
    def energy(self) -> int | None:
        reached = self.meter_stop if self.meter_stop is not None else self.last
        return None if reached is None else max(reached - self.meter_start, 0)

    def interrupt(self, meter: int) -> None:
        """Another session begins on the connector: this one ends with what is known."""
        known = self.meter_start if self.last is None else self.last
        self.state, self.inferred, self.meter_stop = "interrupted", True, max(meter, known)

    def stop(self, meter: int, when: str) -> None:
        if self.state == "active" or self.inferred:  # a late stop wins over what was inferred
            self.state, self.inferred, self.meter_stop, self.stopped = "completed", False, meter, when
        elif (self.meter_stop, self.stopped) != (meter, when):  # the first one wins, the other is kept
            self.other_stops.add((meter, when))


@dataclass
class Contract:
    """`limits`: the cards, and how many sessions each may have at once (None: any number)."""

    limits: dict[str, int | None]
    blocked: set[str] = field(default_factory=set)
    charges: dict[Key, Charge] = field(default_factory=dict)

    def answer(self, action: str, payload: Payload) -> Payload | None:
        """The answer; None where only its form matters. A new session's number is NEW: see `learn`."""
        match action:
            case "StartTransaction":
                charge = self.start(payload)
                return {"transactionId": charge.number, "idTagInfo": {"status": charge.status_of_tag}}
            case "MeterValues":
                self.meter(payload)
            case "StopTransaction":
                self.stop(payload)
            case _:
                return None
        return {}

    def learn(self, payload: Payload, number: int) -> None:
        """The number that a new session was given."""
        assert number not in {charge.number for charge in self.charges.values()}, "a number is never given twice"
        self.charges[key_of(payload)].number = number

    def active(self) -> list[Charge]:
        return [charge for charge in self.charges.values() if charge.state == "active"]

    def start(self, payload: Payload) -> Charge:
        """The content is the key: a retry finds its session, whatever has become of it."""
        key = key_of(payload)
        if key not in self.charges:
            for older in self.active():
                if older.connector == payload["connectorId"]:
                    older.interrupt(payload["meterStart"])
            self.charges[key] = Charge(*key, self.standing(key[1]))
        return self.charges[key]

    def standing(self, tag: str) -> str:
        if tag not in self.limits:
            return "Invalid"
        if tag in self.blocked:
            return "Blocked"
        limit = self.limits[tag]
        others = [one for one in self.active() if one.tag == tag and one.status_of_tag == "Accepted"]
        return "ConcurrentTx" if limit is not None and len(others) >= limit else "Accepted"

    def meter(self, payload: Payload) -> None:
        charge = self.numbered(payload["transactionId"])
        assert charge is not None
        for value in payload["meterValue"]:
            sample = value["timestamp"], value["sampledValue"][0]["value"]
            if sample not in charge.samples and charge.state == "active":
                charge.last = int(sample[1])
            charge.samples.add(sample)

    def stop(self, payload: Payload) -> None:
        """By its number; without one it is the stop that came already, or that of the only session that fits."""
        meter, when = payload["meterStop"], payload["timestamp"]
        charge = self.numbered(payload["transactionId"]) or self.stopped_by(meter, when) or self.only_one(meter, when)
        if charge is not None:
            charge.stop(meter, when)

    def numbered(self, number: int) -> Charge | None:
        return next((charge for charge in self.charges.values() if charge.number == number), None)

    def stopped_by(self, meter: int, when: str) -> Charge | None:
        known = (one for one in self.charges.values() if (one.meter_stop, one.stopped) == (meter, when))
        return next(known, None)

    def only_one(self, meter: int, when: str) -> Charge | None:
        fitting = [one for one in self.active() if meter >= one.meter_start and when >= one.started]
        return fitting[0] if len(fitting) == 1 else None


def key_of(payload: Payload) -> Key:
    return payload["connectorId"], payload["idTag"].lower(), payload["meterStart"], payload["timestamp"]
