"""The station's configuration keys (S§9): those that it honours, and those that a central system likes to ask for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from ocpp.v16.datatypes import KeyValue
from ocpp.v16.enums import ConfigurationStatus

from .charging_profiles import MAX_INSTALLED, MAX_PERIODS, MAX_STACK_LEVEL
from .meter import READINGS


def _any(value: str) -> bool:
    return len(value) <= 500


def _number(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value) < 2**31


def _flag(value: str) -> bool:
    return value.lower() in ("true", "false")


def _measurands(value: str) -> bool:
    return bool(value) and all(name.strip() in READINGS for name in value.split(","))


@dataclass
class Setting:
    """A key's value and its rules; `reboot`: a change counts from the next start on; `secret`: it is never told."""

    value: str
    check: Callable[[str], bool] = _any
    readonly: bool = False
    reboot: bool = False
    secret: bool = False


class Configuration:
    """Looked up without regard to case: key names are CiString50 (S§7.29)."""

    def __init__(self, settings: dict[str, Setting]) -> None:
        self._settings = settings
        self._names = {name.lower(): name for name in settings}

    def read(self, asked: Iterable[str]) -> tuple[list[KeyValue], list[str]]:
        """(known, unknown) of the keys `asked` for; all keys where none is named (S§5.8)."""
        names = list(asked) or list(self._settings)
        known = [self._names[name.lower()] for name in names if name.lower() in self._names]
        unknown = [name for name in names if name.lower() not in self._names]
        return [self._key_value(name) for name in known], unknown

    def change(self, key: str, value: str) -> ConfigurationStatus:
        """Obey ChangeConfiguration (S§5.3)."""
        name = self._names.get(key.lower())
        if name is None:
            return ConfigurationStatus.not_supported
        setting = self._settings[name]
        if setting.readonly or not setting.check(value):
            return ConfigurationStatus.rejected
        setting.value = value
        return ConfigurationStatus.reboot_required if setting.reboot else ConfigurationStatus.accepted

    def seconds(self, key: str) -> float:
        return float(self._settings[key].value)

    def flag(self, key: str) -> bool:
        return self._settings[key].value.lower() == "true"

    def names(self, key: str) -> list[str]:
        """The members of a comma separated list."""
        return [name.strip() for name in self._settings[key].value.split(",")]

    def text(self, key: str) -> str:
        return self._settings[key].value

    def _key_value(self, name: str) -> KeyValue:
        setting = self._settings[name]
        return KeyValue(key=name, readonly=setting.readonly, value=None if setting.secret else setting.value)


def _key(value: str) -> bool:
    """16 to 20 bytes, in hexadecimal (white paper A00.FR.205)."""
    return re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,20}", value) is not None


def standard(connectors: int, meter_interval: float) -> Configuration:
    """A fresh station's table."""
    settings = dict(sorted((_core(connectors, meter_interval) | _messages(meter_interval) | _profiles()).items()))
    settings["SecurityProfile"].check = partial(_higher_profile, settings)
    return Configuration(settings)


def _core(connectors: int, meter_interval: float) -> dict[str, Setting]:
    """S§9.1, without what is about messages."""
    rotation = ",".join(f"{n}.RST" for n in range(connectors + 1))
    return {
        "AllowOfflineTxForUnknownId": Setting("false", _flag),
        "AuthorizationCacheEnabled": Setting("false", _flag),
        "AuthorizeRemoteTxRequests": Setting("false", _flag),
        "ConnectionTimeOut": Setting("60", _number),
        "ConnectorPhaseRotation": Setting(rotation),
        "GetConfigurationMaxKeys": Setting("50", readonly=True),
        "LocalAuthorizeOffline": Setting("true", _flag),
        "LocalPreAuthorize": Setting("false", _flag),
        "NumberOfConnectors": Setting(str(connectors), readonly=True),
        "ResetRetries": Setting("1", _number),
        "StopTransactionOnEVSideDisconnect": Setting("true", readonly=True),
        "StopTransactionOnInvalidId": Setting("true", readonly=True),
        "UnlockConnectorOnEVSideDisconnect": Setting("true", _flag),
    }


def _messages(meter_interval: float) -> dict[str, Setting]:
    """S§9.1: how often it sends what."""
    register = "Energy.Active.Import.Register"
    return {
        "ClockAlignedDataInterval": Setting("0", _number),
        "HeartbeatInterval": Setting("300", _number),
        "MeterValueSampleInterval": Setting(f"{meter_interval:g}", _number),
        "MeterValuesAlignedData": Setting(register, _measurands),
        "MeterValuesSampledData": Setting(",".join(READINGS), _measurands),
        "StopTxnAlignedData": Setting(register, _measurands),
        "StopTxnSampledData": Setting(register, _measurands),
        "TransactionMessageAttempts": Setting("3", _number),
        "TransactionMessageRetryInterval": Setting("60", _number),
        "WebSocketPingInterval": Setting("20", _number, reboot=True),
    }


def _profiles() -> dict[str, Setting]:
    """Those of the other profiles (S§9.2 to 9.4) and of security."""
    profiles = "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,Reservation,SmartCharging"
    return {
        "AuthorizationKey": Setting("", _key, secret=True),
        "ChargeProfileMaxStackLevel": Setting(str(MAX_STACK_LEVEL), readonly=True),
        "ChargingScheduleAllowedChargingRateUnit": Setting("Current,Power", readonly=True),
        "ChargingScheduleMaxPeriods": Setting(str(MAX_PERIODS), readonly=True),
        "CpoName": Setting(""),
        "LocalAuthListEnabled": Setting("true", _flag),
        "LocalAuthListMaxLength": Setting("1000", readonly=True),
        "MaxChargingProfilesInstalled": Setting(str(MAX_INSTALLED), readonly=True),
        "ReserveConnectorZeroSupported": Setting("true", readonly=True),
        "SecurityProfile": Setting("0"),
        "SendLocalListMaxLength": Setting("20", readonly=True),
        "SupportedFeatureProfiles": Setting(profiles, readonly=True),
        "SupportedFileTransferProtocols": Setting("HTTP,HTTPS,FTP", readonly=True),
    }


def _higher_profile(settings: dict[str, Setting], value: str) -> bool:
    """Only upwards, and only with what it takes (A05.FR.01, 02); of TLS this client has no more than its address."""
    return (
        value in ("1", "2") and value > settings["SecurityProfile"].value and bool(settings["AuthorizationKey"].value)
    )
