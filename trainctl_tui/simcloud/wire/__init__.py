"""The engine's face on the wire: AWS's protocols over HTTP, faults, and the counters that tests read."""
