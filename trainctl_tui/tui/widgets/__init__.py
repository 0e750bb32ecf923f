"""Widgets of our own, none of which knows where rows come from."""
