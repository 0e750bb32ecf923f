"""One file per pane: its columns and the fields of its details. A pane is a list, not a program."""
