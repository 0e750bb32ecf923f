"""What is known of the fleet and how it reads: news, columns, details. For screens and for commands.

No Textual and no Rich here: a pane is a list, not a program, and a script reads the same list.
"""
