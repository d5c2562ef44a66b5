"""Sessions and meter values over REST."""
