"""Posts in and out: files, calendars of others, feeds."""
