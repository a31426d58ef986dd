"""What is done with clips: going on, varying, handing them to other programs."""
