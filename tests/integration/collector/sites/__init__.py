"""Sites and their rings on a real database."""
