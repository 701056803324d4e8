"""The real `pledgebot run`, killed in the middle of a broadcast again and again, and what its receivers have in the end."""
