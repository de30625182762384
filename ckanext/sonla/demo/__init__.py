"""A demonstration portal that looks like Sơn La, made from facts by public actions."""
