"""The simulated shop: an assortment, its pictures and two years of believable trade."""
