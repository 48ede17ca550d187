"""Products, variants, categories, pictures and reviews."""
