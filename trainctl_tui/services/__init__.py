"""The verbs: use cases callable from any thread or process. No Textual, no SDK."""
