"""Printed tables: one function each, from results and processed tables to a `Table`."""
