"""The face: the only floor that knows Textual and Rich."""
