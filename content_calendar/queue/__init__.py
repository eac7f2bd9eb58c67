"""The queue: when each channel is to hear something, and what may be said when nobody wrote."""
