"""What we say and when: posts, series, their occurrences, and the pages to plan them."""
