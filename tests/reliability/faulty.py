"""Settings of a child process with faults built in: `FAULTS` in its environment names them, separated by commas."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.reliability.faults"]
