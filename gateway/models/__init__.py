from gateway.models.event import Event, EventFeed, ToldConnection

__all__ = ["Event", "EventFeed", "ToldConnection"]
