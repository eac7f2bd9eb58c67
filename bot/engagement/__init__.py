"""What the bot understands and answers, and how it closes the loop."""
