"""What the public finds, watches and reads."""
