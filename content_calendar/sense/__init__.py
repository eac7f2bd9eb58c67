"""What the calendar knows of a community and of good manners: hints, shares, times, holidays."""
