"""Files between stations and the gateway: on disk, in rows, under addresses with a token, over HTTP.

Not for the writer's connection: bytes are written first, and the row that names them in a short transaction after it.
"""

from stations.files.answer import FileAnswer, file_answer
from stations.files.links import (
    NoEntry,
    download_link,
    find,
    location,
    new_request_id,
    note_download,
    note_request,
    upload_link,
)
from stations.files.names import safe_name, trouble_with
from stations.files.store import TooBig, TooMany, keep_firmware, keep_upload, path_of, remove

__all__ = [
    "FileAnswer",
    "NoEntry",
    "TooBig",
    "TooMany",
    "download_link",
    "file_answer",
    "find",
    "keep_firmware",
    "keep_upload",
    "location",
    "new_request_id",
    "note_download",
    "note_request",
    "path_of",
    "remove",
    "safe_name",
    "trouble_with",
    "upload_link",
]
