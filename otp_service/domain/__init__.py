"""Rules and types of the login flow: the standard library and `phonenumbers` only."""
