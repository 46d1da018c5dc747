"""How fast observations get in, from the HTTP answer to committed rows, beside a bare COPY."""
