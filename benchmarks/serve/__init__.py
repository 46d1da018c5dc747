"""What serving costs: beside a bare application on the same server, and beside MLflow's server."""
