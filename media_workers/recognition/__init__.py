"""Reading speech for many hearings at once, and a hearing's way to whoever does."""
