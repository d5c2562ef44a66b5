"""TriggerMessage: what can be asked for (S§5.17), as work to be done once the answer is out."""

from functools import partial

from ocpp.v16 import call
from ocpp.v16.enums import DiagnosticsStatus, FirmwareStatus, MessageTrigger, ReadingContext

from .hardware import Connector
from .link import Work
from .station import Station


def triggered(station: Station, message: str, connector_id: int | None) -> Work | None:
    """The work, or None where the connector is unknown."""
    connectors = station.hardware.at(connector_id)
    if not connectors:
        return None
    if message == MessageTrigger.status_notification:
        return partial(_statuses, station, connector_id, connectors)
    if message == MessageTrigger.meter_values:
        return partial(_meter_values, station, connectors)
    return partial(_send, station, message)


async def _statuses(station: Station, connector_id: int | None, connectors: list[Connector]) -> None:
    if not connector_id:
        await station.notify_main()
    if connector_id != 0:
        for connector in connectors:
            await station.show(connector, connector.status)


async def _meter_values(station: Station, connectors: list[Connector]) -> None:
    measurands = station.hardware.configuration.names("MeterValuesSampledData")
    for connector in connectors:
        session = station.sessions.get(connector.id)
        sample = connector.meter.sample(ReadingContext.trigger, measurands)
        await station.ask(call.MeterValues(connector.id, [sample], session.transaction_id if session else None))


async def _send(station: Station, message: str) -> None:
    requests = {
        MessageTrigger.boot_notification: station.boot_notification(),
        MessageTrigger.heartbeat: call.Heartbeat(),
        MessageTrigger.diagnostics_status_notification: call.DiagnosticsStatusNotification(DiagnosticsStatus.idle),
        MessageTrigger.firmware_status_notification: call.FirmwareStatusNotification(FirmwareStatus.idle),
    }
    await station.ask(requests[MessageTrigger(message)])
