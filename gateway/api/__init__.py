"""What holds for the whole REST API: who may, how pages and filters work, what a refusal looks like."""
