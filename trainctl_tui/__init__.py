"""A terminal dashboard for machine-learning training resources on AWS."""

__version__ = "0.1.0"
