"""The one chain of schema changes, from the first table on."""
