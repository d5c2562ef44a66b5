"""What happened at stations, in one order: derived from rows (sources, feed), and told as a stream (stream)."""
