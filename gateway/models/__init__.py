from gateway.models.alert import Alert
from gateway.models.event import Event, EventFeed, ToldConnection
from gateway.models.subscription import Delivery, Subscription

__all__ = ["Alert", "Delivery", "Event", "EventFeed", "Subscription", "ToldConnection"]
