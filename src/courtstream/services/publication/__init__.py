"""公开: what of a hearing is released, withdrawn, or hidden after it had aired."""
