"""Puts it together; the only place that knows everything."""
