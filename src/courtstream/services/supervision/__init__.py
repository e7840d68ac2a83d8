"""监督管理: performance, the three coverages, indicators, monthly notices."""
