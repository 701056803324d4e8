"""What is true: rules as pure functions on plain values. Standard library only; time is an argument."""
