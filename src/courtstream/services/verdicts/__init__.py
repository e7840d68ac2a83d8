"""宣判公开: verdicts announced, judgments published."""
