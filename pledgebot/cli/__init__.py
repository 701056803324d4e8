"""The roof: the command line, one file per noun. Heavy imports happen where they are used."""
