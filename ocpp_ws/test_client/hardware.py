"""What stands in the street and survives a reset: connectors with meters, configuration, charging profiles."""

import zlib
from dataclasses import dataclass

from ocpp.v16.enums import ChargePointStatus

from . import configuration
from .charging_profiles import ChargingProfiles
from .local_list import LocalList
from .meter import Meter
from .options import Options
from .reservations import Reservations
from .safe import Safe


@dataclass
class Connector:
    """A plug. `operative` is what ChangeAvailability set; it shows once no car charges here."""

    id: int
    meter: Meter
    operative: bool = True
    status: ChargePointStatus = ChargePointStatus.available

    def at_rest(self) -> ChargePointStatus:
        """The status that it shows when nothing happens."""
        return ChargePointStatus.available if self.operative else ChargePointStatus.unavailable


class Hardware:
    """Connector ids are 1..n without holes (S§3.8); 0 is the main controller, which has no plug."""

    def __init__(self, options: Options) -> None:
        self.operative = True
        self.local_list = LocalList()
        self.profiles = ChargingProfiles()
        self.reservations = Reservations()
        self.configuration = configuration.standard(options.connectors, options.meter_interval)
        self.safe = Safe()
        self._first_password = None if options.password is None else options.password.encode()
        self.connectors = {
            number: Connector(number, Meter(_register(options.cp_id, number)))
            for number in range(1, options.connectors + 1)
        }

    @property
    def password(self) -> bytes | None:
        """For HTTP Basic: what AuthorizationKey stands for, once it was set (OCPP-J 6.2.2)."""
        key = self.configuration.text("AuthorizationKey")
        return bytes.fromhex(key) if key else self._first_password

    def status(self) -> ChargePointStatus:
        """Connector 0's."""
        return ChargePointStatus.available if self.operative else ChargePointStatus.unavailable

    def at(self, connector_id: int | None) -> list[Connector]:
        """The plugs meant by a connectorId of the wire: all for 0 or none given, [] for an unknown one."""
        if not connector_id:
            return list(self.connectors.values())
        return [self.connectors[connector_id]] if connector_id in self.connectors else []


def _register(cp_id: str, connector_id: int) -> int:
    """A lifetime of charging in Wh, the same at every run of this station."""
    return 1_000_000 + zlib.crc32(f"{cp_id}/{connector_id}".encode()) % 8_000_000
