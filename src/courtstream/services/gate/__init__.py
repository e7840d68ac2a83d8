"""公开审查: the gate before the red light, the ladder of approval, the objections of parties."""
