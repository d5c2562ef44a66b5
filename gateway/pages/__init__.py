"""Admin pages that look across floors: the home page, a station with its sessions and messages, commanding it."""
