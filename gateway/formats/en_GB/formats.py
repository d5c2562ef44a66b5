"""Times in the admin show seconds: a message log in minutes is of no use."""

DATETIME_FORMAT = "j M Y H:i:s"
SHORT_DATETIME_FORMAT = "d/m/Y H:i:s"
