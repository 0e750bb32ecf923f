"""Amazon Web Services, read through botocore: the only place, with ``simcloud``, that sees its SDK."""
