"""The supervisor (https://supervisord.org): keeps the processes running, restarts a crashed one."""
