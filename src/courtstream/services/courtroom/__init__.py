"""The courtroom stream endpoint: keys, sources, seats, commands, looks."""
