"""What the outside world already speaks, as thin translations onto the rooms."""
