"""The data plane: one process per live hearing, from the courtroom's encoder to released files."""
