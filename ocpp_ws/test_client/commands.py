"""What the station obeys: one function per command, and what follows its answer.

Another behaviour overrides a function under its own name; commands without a function here are answered with the
CALLERROR of the `ocpp` package.
"""

from functools import partial
from typing import Any

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import (
    Action,
    AuthorizationStatus,
    AvailabilityStatus,
    AvailabilityType,
    ClearCacheStatus,
    ConfigurationStatus,
    DataTransferStatus,
    MessageTrigger,
    Reason,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    TriggerMessageStatus,
    UnlockStatus,
    UploadLogStatus,
)

from .charging_profiles import may_start_with
from .errors import StartRefused
from .files import FileStation
from .hardware import Connector
from .link import Work
from .reserving import ReservingStation
from .security import SecureStation
from .session import ChargingSession
from .smart_charging import SmartStation
from .triggers import triggered


class ObedientStation(SmartStation, ReservingStation, FileStation, SecureStation):
    """A station that does what it is told, as far as it can."""

    @on(Action.remote_start_transaction)
    def on_remote_start(
        self,
        id_tag: str,
        connector_id: int | None = None,
        charging_profile: dict[str, Any] | None = None,
        **_: Any,
    ) -> Any:
        connector = self.free(connector_id, id_tag) if connector_id != 0 else None
        if connector is None or not may_start_with(charging_profile):
            return self._answered("RemoteStartTransaction", RemoteStartStopStatus.rejected)
        session = self.prepare(connector, id_tag)
        session.profile = charging_profile
        self.afterwards(partial(self._charge_remotely, session))
        return self._answered("RemoteStartTransaction", RemoteStartStopStatus.accepted)

    @on(Action.remote_stop_transaction)
    def on_remote_stop(self, transaction_id: int, **_: Any) -> Any:
        running = [session for session in self.sessions.values() if session.is_running(transaction_id)]
        for session in running:
            self.afterwards(partial(self._stop, session, Reason.remote))
        status = RemoteStartStopStatus.accepted if running else RemoteStartStopStatus.rejected
        return self._answered("RemoteStopTransaction", status)

    @on(Action.change_availability)
    def on_change_availability(self, connector_id: int, type: str, **_: Any) -> Any:
        connectors = self.hardware.at(connector_id)
        if not connectors:
            return self._answered("ChangeAvailability", AvailabilityStatus.rejected)
        operative = type == AvailabilityType.operative
        for connector in connectors:
            connector.operative = operative
        idle = [connector for connector in connectors if connector.id not in self.sessions]
        self.afterwards(partial(self._show_availability, connector_id, operative, idle))
        busy = len(idle) < len(connectors) and not operative
        return self._answered(
            "ChangeAvailability", AvailabilityStatus.scheduled if busy else AvailabilityStatus.accepted
        )

    @on(Action.reset)
    def on_reset(self, type: str, **_: Any) -> Any:
        self.reset_reason = Reason.hard_reset if type == ResetType.hard else Reason.soft_reset
        self.afterwards(self._reset)
        return self._answered("Reset", ResetStatus.accepted)

    @on(Action.unlock_connector)
    def on_unlock_connector(self, connector_id: int, **_: Any) -> Any:
        if connector_id not in self.hardware.connectors:  # E§3.85
            return self._answered("UnlockConnector", UnlockStatus.not_supported)
        if session := self.sessions.get(connector_id):
            self.afterwards(partial(self._stop, session, Reason.unlock_command))
        return self._answered("UnlockConnector", UnlockStatus.unlocked)

    @on(Action.get_configuration)
    def on_get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        known, unknown = self.hardware.configuration.read(key or [])
        self.journal.note(f"GetConfiguration: {len(known)} keys, {len(unknown)} unknown")
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown)

    @on(Action.change_configuration)
    def on_change_configuration(self, key: str, value: str, **_: Any) -> Any:
        status = self.hardware.configuration.change(key, value)
        if status == ConfigurationStatus.accepted:
            self.reconfigured.set()
            if key.lower() in ("authorizationkey", "securityprofile"):  # A01, A05: connect anew with it
                self.afterwards(partial(self._prove_anew, key))
        return self._answered("ChangeConfiguration", status)

    @on(Action.trigger_message)
    def on_trigger_message(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        work = triggered(self, requested_message, connector_id)
        if work is None:
            return self._answered("TriggerMessage", TriggerMessageStatus.rejected)
        self.afterwards(work)
        return self._answered("TriggerMessage", TriggerMessageStatus.accepted)

    @on(Action.extended_trigger_message)
    def on_extended_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        work = self._of_the_extension().get(requested_message) or triggered(self, requested_message, connector_id)
        if work is None:
            return self._answered("ExtendedTriggerMessage", TriggerMessageStatus.rejected)
        self.afterwards(work)
        return self._answered("ExtendedTriggerMessage", TriggerMessageStatus.accepted)

    def _of_the_extension(self) -> dict[str, Work]:
        """What TriggerMessage does not have (white paper E, A02, N01), or is told in other words (L01)."""
        return {
            MessageTrigger.log_status_notification: partial(
                self.ask, call.LogStatusNotification(UploadLogStatus.idle, None)
            ),
            MessageTrigger.firmware_status_notification: partial(self.ask, self.last_progress()),
            MessageTrigger.sign_charge_point_certificate: self.request_certificate,
        }

    @on(Action.clear_cache)
    def on_clear_cache(self, **_: Any) -> Any:
        return self._answered("ClearCache", ClearCacheStatus.accepted)

    @on(Action.get_local_list_version)
    def on_get_local_list_version(self, **_: Any) -> Any:
        version = self.hardware.local_list.version
        self.journal.note(f"GetLocalListVersion: {version}")
        return call_result.GetLocalListVersion(version)

    @on(Action.send_local_list)
    def on_send_local_list(
        self, list_version: int, update_type: str, local_authorization_list: list[Any] | None = None, **_: Any
    ) -> Any:
        longest = int(self.hardware.configuration.seconds("SendLocalListMaxLength"))
        told = local_authorization_list or []
        return self._answered(
            "SendLocalList", self.hardware.local_list.update(list_version, update_type, told, longest)
        )

    @on(Action.data_transfer)
    def on_data_transfer(self, vendor_id: str, data: str | None = None, **_: Any) -> Any:
        """Its own vendor's data is echoed."""
        if vendor_id != self.boot_notification().charge_point_vendor:
            return self._answered("DataTransfer", DataTransferStatus.unknown_vendor_id)
        return call_result.DataTransfer(DataTransferStatus.accepted, data)

    async def _charge_remotely(self, session: ChargingSession) -> None:
        """A card that the server refuses is the operator's matter, not a failure of this run."""
        ask_first = self.hardware.configuration.flag("AuthorizeRemoteTxRequests")
        if ask_first and await self.authorize(session.id_tag) != AuthorizationStatus.accepted:
            del self.sessions[session.connector.id]
            return
        try:
            await self.charge(session)
        except StartRefused as error:
            self.journal.note(str(error))

    async def _stop(self, session: ChargingSession, reason: Reason) -> None:
        session.stop(reason)

    async def _prove_anew(self, key: str) -> None:
        await self.security_event("ReconfigurationOfSecurityParameters", key)
        self.reset_reason = Reason.other
        await self._reset()

    async def _reset(self) -> None:
        self.reset_asked.set()
        self.stop_sessions(self.reset_reason)

    async def _show_availability(self, connector_id: int, operative: bool, idle: list[Connector]) -> None:
        if connector_id == 0:
            self.hardware.operative = operative
            await self.notify_main()
        for connector in idle:
            await self.show(connector, connector.at_rest())
