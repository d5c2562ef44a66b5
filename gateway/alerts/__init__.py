"""What somebody should look at: found in rows (rules), opened and closed with patience (watch)."""
