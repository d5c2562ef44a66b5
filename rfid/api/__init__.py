"""Cards over REST, and the kit that the resources of every floor share."""
