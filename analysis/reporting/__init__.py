"""What people look at: figures, tables, documents."""
