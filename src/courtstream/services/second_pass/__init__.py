"""第二遍复核: the slower look over the sealed original before a replay."""
