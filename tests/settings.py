"""The gateway's settings for tests: never the developer's .env, and a database of its own."""

import os
from pathlib import Path
from tempfile import gettempdir

os.environ["GATEWAY_ENV_FILE"] = os.devnull
os.environ.setdefault("GATEWAY_PROFILE", "dev")
os.environ.setdefault("SECRET_KEY", "a-key-for-tests-only")
os.environ.setdefault("LOG_LEVEL", "warn")

from gateway.settings import *  # noqa: F403
from gateway.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file: threads and processes of a test share it, and WAL needs one
    DATABASES["default"]["TEST"] = {"NAME": str(DATABASES["default"]["NAME"]) + ".test"}

FILES_FOLDER = Path(gettempdir()) / f"gateway-files-of-tests-{os.getpid()}"  # tests that write have one of their own
WHITENOISE_AUTOREFRESH = True  # no warning about a missing staticfiles/
