"""Commands without a screen: they read, say it once on standard output, and end with a code."""
