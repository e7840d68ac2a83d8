"""庭审评查: the machine suggests, people decide."""
