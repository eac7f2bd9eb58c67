"""Closing the loop: who is to hear what, how much of it on a day, and who could not be reached."""
