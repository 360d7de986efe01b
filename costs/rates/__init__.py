"""What a credit and a terabyte cost, per platform."""
