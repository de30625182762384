"""What a revision changes: fields in words, tables by their key, maps, documents."""
