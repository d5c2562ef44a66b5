"""What an attacker would write, and every message of a station with it in all of its text members."""

from collections.abc import Iterator
from typing import Any

HOSTILE = [
    "<script>x()</script>", '"><script>x()</script>', "'><script src=//x>", "</textarea><script>x()</script>",
    "</script><script>x()</script>", "<img src=x onerror=x()>", "<svg/onload=x()>", "<a href=javascript:x()>a</a>",
    "<!--", "]]><script>x()</script>", "'; DROP TABLE stations_chargingstation; --", "\" OR 1=1 --", "{{7*7}}",
    "{% debug %}", "${7*7}", "%(x)s %s %n {0}", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", "\t=1+1",
    "\u202egpj.exe", "a\u2028b\x85c\rd\ne", "a\x00b", "\ud800", "\x1b[2K", "\U0001f50c\U0001f469\u200d\U0001f680",
    "x" * 5000, "İ" * 300, "../../etc/passwd", "\\u003cscript\\u003e",
]  # fmt: skip
# what no page may hold as it is
RAW = ["<script>x()", "<script src=//x", "<img src=x", "<svg/onload", "<a href=javascript:x"]
WHEN = "2026-03-01T12:00:00Z"


def messages(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every message with `text` in all of its text members."""
    boot = ["chargePointVendor", "chargePointModel", "chargePointSerialNumber", "chargeBoxSerialNumber",
            "firmwareVersion", "iccid", "imsi", "meterType", "meterSerialNumber"]  # fmt: skip
    status = dict.fromkeys(["errorCode", "info", "status", "timestamp", "vendorId", "vendorErrorCode"], text)
    names = dict.fromkeys(["value", "context", "format", "measurand", "phase", "location", "unit"], text)
    data = [{"timestamp": WHEN, "sampledValue": [names]}, {"timestamp": text, "sampledValue": [{"value": text}]}]
    yield "BootNotification", dict.fromkeys(boot, text)
    yield "StatusNotification", {"connectorId": 0, **status}
    yield "StatusNotification", {"connectorId": 1, **status}
    yield "Authorize", {"idTag": text}
    yield "DataTransfer", {"vendorId": text, "messageId": text, "data": text, text: text}
    yield "DiagnosticsStatusNotification", {"status": text}
    yield "FirmwareStatusNotification", {"status": text}
    reservation = {"connectorId": 7, "idTag": text, "parentIdTag": text, "reservationId": 1}
    yield "ReserveNow", {**reservation, "expiryDate": "2099-01-01T00:00:00Z"}
    yield "SecurityEventNotification", {"type": text, "timestamp": text, "techInfo": text}
    yield "SignCertificate", {"csr": text}
    yield "StartTransaction", {"connectorId": 1, "idTag": text, "meterStart": 0, "timestamp": text}
    yield "MeterValues", {"connectorId": 1, "meterValue": data}
    stop = {"transactionId": -1, "meterStop": 9, "timestamp": text, "idTag": text, "reason": text}
    yield "StopTransaction", {**stop, "transactionData": data}
    yield "StopTransaction", {**stop, "transactionId": 4711, "meterStop": 8}
    yield f"Do{text}", {text: text}
