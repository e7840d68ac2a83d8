"""The threads of one hearing: each line owns its stages, the edges between them are bounded."""
