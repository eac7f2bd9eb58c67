"""One human on several networks, and what they are to each partner."""
