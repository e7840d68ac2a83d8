"""Where hearings run: messages over NATS, the node agent, leases. Knows nothing of media."""
