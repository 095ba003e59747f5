"""Parvis in the frameworks that people use: `django`, `fastapi`, `flask`."""
