"""What the lines of an order history mean: columns, values, dates, codes, credits. Pure decisions."""
