"""What the browser and the API may see: frozen dataclasses, instants in UTC, money also as text."""
