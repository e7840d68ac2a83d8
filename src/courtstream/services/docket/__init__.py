"""排期: hearings planned, imported, corrected, listed, ended."""
