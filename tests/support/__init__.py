"""What several test modules share: real servers, fakes, factories."""
