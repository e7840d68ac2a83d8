"""The second pass: after a hearing, what was published is held against the sealed original."""
