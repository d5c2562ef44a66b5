"""`python -m tests.protocol.fuzz_frames FOLDER [libFuzzer's options]`: texts that reach new lines of the protocol core.

Each is held against what tests/protocol/test_fuzz.py demands, and may take 50 ms of processor time at most. Only
`ocpp_ws.protocol` is instrumented. FOLDER is empty; the search begins with a valid CALL of each action.
"""

import json
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ocpp_ws"]):
    from ocpp_ws.protocol import ACTIONS

from tests.protocol.examples import NOW, central, example, frame
from tests.protocol.test_fuzz import assert_in_order

LONGEST = 0.05
TOLERANT, STRICT = b"t", b"s"  # the first byte of an input
WORDS = ["[2,", "[3,", "[4,", "null", "true", "[]", "{}", "1e400", "-1", "9" * 30, "\\ud800", "\\u0000", NOW]


def one_input(data: bytes) -> None:
    """The rest is a text message: UTF-8, as the server checks."""
    strict, text = data[:1] == STRICT, data[1:].decode(errors="replace")
    if seconds(text, strict=strict) > LONGEST:
        again = seconds(text, strict=strict)  # garbage may have been collected the first time
        assert again <= LONGEST, f"{again * 1000:.0f} ms: {text!r}"


def seconds(text: str, *, strict: bool) -> float:
    """Of this thread's processor time, for what the peer makes of the text and for its answer."""
    begun = time.thread_time()
    assert_in_order(central(strict=strict), text)
    return time.thread_time() - begun


def sow(folder: Path) -> Path:
    """Write the first inputs; returns libFuzzer's dictionary: words to make others of."""
    words, seeds, dictionary = set(WORDS), folder / "seeds", folder / "words"
    seeds.mkdir()
    for action in sorted(ACTIONS):
        for full in (False, True):
            payload = example(action, "call", full=full)
            words |= {action, *payload}
            for first in (TOLERANT, STRICT):
                seed = seeds / f"{action}-{full}-{first.decode()}"
                seed.write_bytes(first + frame(action, payload).encode())
    dictionary.write_text("".join(f"{json.dumps(word)}\n" for word in sorted(words)))
    return dictionary


def main() -> None:
    folder = Path(sys.argv[1])
    dictionary = sow(folder)
    options = [f"-dict={dictionary}", f"-artifact_prefix={folder}/", *sys.argv[2:], str(folder / "seeds")]
    atheris.Setup([sys.argv[0], *options], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
