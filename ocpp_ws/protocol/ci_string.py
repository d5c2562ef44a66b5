"""CiString: text that is compared without case (core 2.4; idToken: errata 3.74)."""


def ci_key(text: str) -> str:
    """Equal for texts that differ in case only, in any script; up to three times as long as `text`."""
    return text.casefold()
