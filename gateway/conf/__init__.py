"""The parts of settings.py that are more than a line."""

from gateway.conf.engines import cache, channel_layers, database
from gateway.conf.environment import Environment
from gateway.conf.logs import logging_config
from gateway.conf.openapi import spectacular
from gateway.conf.theme import navigation

__all__ = ["Environment", "cache", "channel_layers", "database", "logging_config", "navigation", "spectacular"]
