"""Thousands of orders: a table, a folder, one machine or many. Not for how one of them is made (`studio.making`)."""
