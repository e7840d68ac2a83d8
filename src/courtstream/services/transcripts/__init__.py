"""庭审文字: the text of a hearing, its revisions, and what people put right."""
