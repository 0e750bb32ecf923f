"""The seam between view and collector: frames on two pipes."""
