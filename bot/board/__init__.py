"""What everybody may read: you said, we did."""
