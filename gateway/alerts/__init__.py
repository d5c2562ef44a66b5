"""What somebody should look at: found in rows (rules), opened and closed with patience (watch), told by e-mail and
webhook (deliver)."""
