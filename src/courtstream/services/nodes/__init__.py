"""Where hearings run, and what their workers tell."""
