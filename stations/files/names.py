"""Names of files and addresses of files, as other people write them."""

import re
from urllib.parse import urlsplit

LONGEST_NAME = 100
SCHEMES = ("http", "https", "ftp", "ftps", "sftp")


def safe_name(text: str) -> str:
    """The last part of a path in letters, digits, dots, dashes and underscores; empty where nothing is left.

    It is shown, offered as the name of a download and put into addresses, never used as a name on our disk.
    """
    last = re.split(r"[/\\]", text.strip())[-1]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last).lstrip(".")[-LONGEST_NAME:]


def trouble_with(location: str) -> str:
    """Why a station cannot be sent to this address; empty where it can."""
    try:
        parts = urlsplit(location)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        return f"This is no address: {error}."
    if parts.scheme.lower() not in SCHEMES or not host:
        return f"Give a whole address that begins with {', '.join(f'{one}://' for one in SCHEMES)}."
    if not location.isprintable() or " " in location:
        return "An address has no spaces and no control characters."
    return ""
