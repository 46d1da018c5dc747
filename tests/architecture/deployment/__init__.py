"""What is said of deployments is compared with what the services say they need."""
