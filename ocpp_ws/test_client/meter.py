"""A three-phase meter and the car that draws from it."""

import math
from collections.abc import Callable, Collection

from ocpp.v16.datatypes import MeterValue, SampledValue
from ocpp.v16.enums import Location, Measurand, Phase, ReadingContext, UnitOfMeasure

from .clock import wire_time

PHASES = ((Phase.l1, Phase.l1_n), (Phase.l2, Phase.l2_n), (Phase.l3, Phase.l3_n))
NOMINAL_VOLTAGE = 230.0


class Meter:
    """Its register counts the Wh of a lifetime; a session is a difference of two readings (E§3.9)."""

    def __init__(self, register_wh: int, max_power_w: float = 11_000, battery_wh: float = 60_000) -> None:
        self._energy_wh = float(register_wh)
        self.max_power_w = max_power_w
        self._battery_wh = battery_wh
        self._seconds = 0.0
        self.soc = 0.0
        self.power_w = 0.0

    @property
    def register(self) -> int:
        """The reading in whole Wh."""
        return int(self._energy_wh)

    def plug_in(self, soc: float = 0.40) -> None:
        """A car arrives with its battery `soc` full."""
        self.soc, self.power_w = soc, 0.0

    def unplug(self) -> None:
        self.power_w = 0.0

    def advance(self, seconds: float, allowed_w: float = math.inf) -> None:
        """The car charges for `seconds`: full power up to 80 %, then less and less, with a little ripple; never more
        than it is allowed."""
        self._seconds += seconds
        taper = min(1.0, max(0.0, 1.0 - self.soc) / 0.2)
        wanted = self.max_power_w * taper
        self.power_w = min(wanted, allowed_w) * (1 - 0.02 * abs(math.sin(self._seconds / 7)))
        energy = self.power_w * seconds / 3600
        self._energy_wh += energy
        self.soc = min(1.0, self.soc + energy / self._battery_wh)

    def sample(self, context: ReadingContext, measurands: Collection[str]) -> MeterValue:
        """What the meter shows now, of the `measurands` asked for and known."""
        values = [value for name in measurands if name in READINGS for value in READINGS[name](self)]
        for value in values:
            value.context = context
        return MeterValue(timestamp=wire_time(), sampled_value=values)

    def voltage(self, phase: int) -> float:
        return NOMINAL_VOLTAGE + 1.5 * math.sin(self._seconds / 11 + phase * 2.1)


def _energy(meter: Meter) -> list[SampledValue]:
    return [_value(meter.register, Measurand.energy_active_import_register, UnitOfMeasure.wh)]


def _power(meter: Meter) -> list[SampledValue]:
    return [_value(round(meter.power_w), Measurand.power_active_import, UnitOfMeasure.w)]


def _currents(meter: Meter) -> list[SampledValue]:
    amperes = [meter.power_w / 3 / meter.voltage(n) for n in range(3)]
    return [
        _value(f"{ampere:.2f}", Measurand.current_import, UnitOfMeasure.a, phase)
        for ampere, (phase, _) in zip(amperes, PHASES, strict=True)
    ]


def _voltages(meter: Meter) -> list[SampledValue]:
    return [
        _value(f"{meter.voltage(n):.1f}", Measurand.voltage, UnitOfMeasure.v, to_neutral)
        for n, (_, to_neutral) in enumerate(PHASES)
    ]


def _soc(meter: Meter) -> list[SampledValue]:
    value = _value(f"{meter.soc * 100:.1f}", Measurand.soc, UnitOfMeasure.percent)
    value.location = Location.ev
    return [value]


def _value(reading: object, measurand: Measurand, unit: UnitOfMeasure, phase: Phase | None = None) -> SampledValue:
    return SampledValue(str(reading), measurand=measurand, unit=unit, phase=phase, location=Location.outlet)


READINGS: dict[str, Callable[[Meter], list[SampledValue]]] = {
    Measurand.energy_active_import_register.value: _energy,
    Measurand.power_active_import.value: _power,
    Measurand.current_import.value: _currents,
    Measurand.voltage.value: _voltages,
    Measurand.soc.value: _soc,
}
