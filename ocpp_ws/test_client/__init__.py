"""A charge point for trying the gateway: it charges one session and obeys what it is told meanwhile.

It speaks through the `ocpp` and `websockets` packages and shares no code with the gateway: what the gateway answers is
judged by a second reading of the specification. `run.py` tells the story of a run, `station.py` what the station sends,
`commands.py` what it obeys; another kind of station is a subclass of `ObedientStation` handed to `run.run_station`.
"""
