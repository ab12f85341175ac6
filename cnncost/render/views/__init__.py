"""What each command shows, as documents."""
