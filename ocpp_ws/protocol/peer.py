"""One end of an OCPP-J connection without the connection: text in, events out; intentions in, text out."""

from collections.abc import Collection
from datetime import tzinfo
from typing import Final
from uuid import uuid4

from .deviations import KEPT, Deviation, Quirk, deviation
from .errors import ERROR_CODES, RULES, Busy, InvalidPayload, describe, is_structural, worst
from .events import Answered, Call, Event, Failed, Ignored, Refused, Replay, Unanswered
from .frames import (
    MAX_DESCRIPTION_LENGTH,
    MAX_ID_LENGTH,
    CallFrame,
    ErrorFrame,
    Malformed,
    Noise,
    ResultFrame,
    UniqueId,
    decode,
    encode_call,
    encode_error,
    encode_result,
)
from .line import Line, Sent
from .memory import Memory, fingerprint
from .repairs import admit, set_zone
from .schema_files import JsonObject, Kind
from .schemas import ACTIONS, check
from .timestamps import with_milliseconds

# Their answers tell the time, the registration or a card's state of now, and running them twice does no harm: an old
# one would set a clock back or keep a station out. Stations whose message ids never change get the new one.
_OF_THE_MOMENT: Final = frozenset({"Authorize", "BootNotification", "Heartbeat"})
_NOBODY: Final = "-1"  # the id of a CALLERROR from stacks that could not read ours


class Peer:
    """The protocol of one link, either end of it.

    `serves`: the actions this end answers. `strict`: refuse what is otherwise taken with a quirk.
    `milliseconds`: write the times that are sent with them.
    `zone`: of times that the other end sends without one (None: UTC).
    `call_timeout`: seconds until a CALL of ours may be given up. `now` is a monotonic clock in seconds everywhere.
    """

    __slots__ = ("_call_timeout", "_line", "_memory", "_serves", "_zone", "milliseconds", "strict")

    def __init__(
        self,
        *,
        serves: Collection[str],
        strict: bool = False,
        zone: tzinfo | None = None,
        call_timeout: float = 30.0,
    ) -> None:
        unknown = set(serves) - ACTIONS
        if unknown:
            raise ValueError(f"not actions of OCPP 1.6: {sorted(unknown)}")
        self._serves = frozenset(serves)
        self._zone = zone
        self.strict = strict
        self.milliseconds = False
        self._call_timeout = call_timeout
        self._line = Line()
        self._memory = Memory()

    def receive(self, text: str, now: float) -> Event:
        """Take one WebSocket text message. Never raises, whatever the text."""
        frame = decode(text)
        match frame:
            case CallFrame():
                return self._on_call(frame, text)
            case ResultFrame():
                return self._on_result(frame, text, now)
            case ErrorFrame():
                return self._on_error(frame, text, now)
            case Malformed():
                return _refused(frame.unique_id, frame.action, frame.fault, text)
            case Noise():
                return Ignored(frame.reason, text)

    def answer(self, call: Call, payload: JsonObject) -> str:
        """The CALLRESULT to send; the same CALL gets it again (not if it is of the moment). Raises InvalidPayload."""
        _require_valid(call.action, "result", payload)
        try:
            text = encode_result(call.unique_id, self.written(payload))
        except TypeError as error:
            raise InvalidPayload(f"{call.action} result: {error}") from None
        if call.action not in _OF_THE_MOMENT:
            self._memory.keep(call.unique_id, call.fingerprint, text)
        return text

    def refuse(self, call: Call, code: str, description: str = "") -> str:
        """The CALLERROR to send. Not remembered: the peer may ask again and fare better. Raises InvalidPayload."""
        if code not in ERROR_CODES:
            raise InvalidPayload(f"not an error code of OCPP 1.6: {code}")
        return encode_error(call.unique_id, code, description)

    @property
    def busy(self) -> bool:
        """Whether a CALL of ours is outstanding (OCPP-J 4.1.1: the next one waits)."""
        return self._line.outstanding is not None

    def call(self, action: str, payload: JsonObject, *, ref: object, now: float, unique_id: str | None = None) -> str:
        """The CALL to send; its outcome comes as Answered, Failed or Unanswered with this ref.

        It is noted outstanding before the text is handed out. Raises Busy while another is, InvalidPayload.
        """
        if self.busy:
            raise Busy(action)
        unique_id = str(uuid4()) if unique_id is None else unique_id
        if not 0 < len(unique_id) <= MAX_ID_LENGTH:
            raise InvalidPayload(f"{action}: a message id has 1 to {MAX_ID_LENGTH} characters")
        _require_valid(action, "call", payload)
        try:
            text = encode_call(unique_id, action, self.written(payload))
        except TypeError as error:
            raise InvalidPayload(f"{action}: {error}") from None
        self._line.outstanding = Sent(ref, unique_id, action, now, now + self._call_timeout)
        return text

    def written(self, payload: JsonObject) -> JsonObject:
        """A payload of ours as it goes over the wire."""
        return with_milliseconds(payload) if self.milliseconds else payload

    def deadline(self) -> float | None:
        """When to call `expire`, or None while nothing is outstanding."""
        sent = self._line.outstanding
        return sent.gives_up_at if sent is not None else None

    def expire(self, now: float) -> Unanswered | None:
        """Give up the outstanding CALL if its deadline has come, which frees the line."""
        sent = self._line.expire(now)
        return Unanswered(sent.ref, sent.unique_id) if sent is not None else None

    def abandon(self) -> list[object]:
        """The link is gone: the refs of what was outstanding, whose outcome nobody will know."""
        return self._line.clear()

    def _on_call(self, frame: CallFrame, text: str) -> Event:
        unique_id, action = frame.unique_id, frame.action
        if action not in self._serves:
            kind = "action-not-served" if action in ACTIONS else "unknown-action"
            return _refused(unique_id, action, deviation(kind, (), action), text)
        digest = fingerprint(action, frame.payload)
        earlier = self._memory.recall(unique_id, digest)
        if earlier is not None:
            return Replay(earlier, unique_id, action)
        found = (*frame.deviations, *self._reuse(unique_id), *admit(action, "call", frame.payload))
        fault = worst(found, strict=self.strict)
        if fault is not None:
            return _refused(unique_id, action, fault, text)
        if self._zone is not None:
            set_zone(frame.payload, self._zone)
        return Call(unique_id, action, frame.payload, found[:KEPT], text, digest)

    def _reuse(self, unique_id: UniqueId) -> tuple[Quirk, ...]:
        return (deviation("id-reused", (), unique_id),) if self._memory.knows(unique_id) else ()

    def _on_result(self, frame: ResultFrame, text: str, now: float) -> Event:
        claimed = self._line.claim(str(frame.unique_id), now)
        if claimed is None:
            return Ignored("orphan", text)
        sent, late = claimed
        found = (*frame.deviations, *admit(sent.action, "result", frame.payload))
        deviations = tuple(one for one in found if is_structural(one))
        quirks = tuple(one for one in found if not is_structural(one))
        return Answered(
            ref=sent.ref,
            unique_id=sent.unique_id,
            payload=frame.payload,
            deviations=deviations[:KEPT],
            latency=now - sent.sent_at,
            late=late,
            quirks=quirks[:KEPT],
            raw=text,
        )

    def _on_error(self, frame: ErrorFrame, text: str, now: float) -> Event:
        unique_id = str(frame.unique_id)
        outstanding = self._line.outstanding
        if unique_id == _NOBODY and outstanding is not None:  # there is only one it can mean
            unique_id = outstanding.unique_id
        claimed = self._line.claim(unique_id, now)
        if claimed is None:
            return Ignored("orphan", text)
        sent, late = claimed
        latency = now - sent.sent_at
        return Failed(sent.ref, sent.unique_id, frame.code, frame.description, frame.details, latency, late)


def _refused(unique_id: UniqueId, action: str, fault: Deviation, raw: str) -> Refused:
    code, description = RULES[fault.kind].code, describe(fault)[:MAX_DESCRIPTION_LENGTH]
    return Refused(encode_error(unique_id, code, description), action, code, description, raw, unique_id)


def _require_valid(action: str, kind: Kind, payload: JsonObject) -> None:
    """What we send is valid to the last member (OCPP-J errata 3.2). Raises InvalidPayload."""
    if action not in ACTIONS:
        raise InvalidPayload(f"not an action of OCPP 1.6: {action}")
    try:
        deviations = check(action, kind, payload)
    except ValueError as error:  # what is not JSON at all: a datetime, a set
        raise InvalidPayload(f"{action} {kind}: {error}") from None
    if deviations:
        raise InvalidPayload(f"{action} {kind}: {'; '.join(map(describe, deviations))}")
