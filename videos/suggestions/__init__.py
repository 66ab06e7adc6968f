"""Which filter suits this footage: predicted from what each filter did to the standing frames, and said in words."""
