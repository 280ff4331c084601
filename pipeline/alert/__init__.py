"""Alert: new events and rules in, alerts and notifications out. Never touches the database."""
