"""How the bases and the catalogue that ship are made, and looked at on the way: the product needs nothing of it."""
