"""The one table of the host's."""
