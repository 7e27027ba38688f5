"""What building, checking and describing Bandstand takes. Nothing here is in the wheel."""
