"""A simulated AWS over real HTTP on loopback, for the demo and the tests. Nothing else imports it."""
