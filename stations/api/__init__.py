"""Stations, reservations, commands and remote control over REST."""
