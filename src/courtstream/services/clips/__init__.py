"""文字加短视频: text with short clips."""
