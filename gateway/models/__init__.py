from gateway.models.alert import Alert
from gateway.models.event import Event, EventFeed, ToldConnection, newest_event
from gateway.models.subscription import Delivery, Subscription

__all__ = ["Alert", "Delivery", "Event", "EventFeed", "Subscription", "ToldConnection", "newest_event"]
