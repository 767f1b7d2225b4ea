"""Documents for the secretariat: the brief on a topic, and the exchange table of a meeting."""
