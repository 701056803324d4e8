"""Official files and spreadsheets → rows for the services. All faults of a file are said at once."""
