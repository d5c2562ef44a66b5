"""Smart charging (core 3.13): what a charging profile must be like, what stations can do with it, what they hold."""
