"""The last answers given on a link, for peers that ask again."""

from hashlib import blake2b
from typing import Final

import orjson

from .frames import UniqueId
from .schema_files import JsonObject

_KEPT: Final = 256
_LONGEST_ID: Final = 255  # longer ids are answered but not remembered: 256 of them could fill the memory


def fingerprint(action: str, payload: JsonObject) -> bytes:
    """Equal for equal action and payload, whatever the order of the members. 16 bytes."""
    return blake2b(orjson.dumps([action, payload], option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


class Memory:
    """Answers by message id, 256 at most. Only of one link: ids start anew with every connection of some stacks."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[UniqueId, tuple[bytes, str]] = {}  # oldest first

    def keep(self, unique_id: UniqueId, digest: bytes, text: str) -> None:
        """Remember what was answered to this CALL."""
        if isinstance(unique_id, str) and len(unique_id) > _LONGEST_ID:
            return
        self._answers.pop(unique_id, None)
        self._answers[unique_id] = (digest, text)
        if len(self._answers) > _KEPT:
            del self._answers[next(iter(self._answers))]

    def knows(self, unique_id: UniqueId) -> bool:
        """Whether a CALL with this id was answered."""
        return unique_id in self._answers

    def recall(self, unique_id: UniqueId, digest: bytes) -> str | None:
        """The text of the answer to the very same CALL."""
        kept = self._answers.get(unique_id)
        return kept[1] if kept is not None and kept[0] == digest else None
