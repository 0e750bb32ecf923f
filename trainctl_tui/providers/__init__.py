"""Foreign worlds, turned into domain values. One folder per SDK; a provider never imports another."""
