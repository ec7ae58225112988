"""From the export as received to tables that a monitor can trust."""
