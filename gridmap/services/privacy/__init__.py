"""What is stored of people: encrypted, shown masked, revealed with an entry of the audit, removed in time."""
