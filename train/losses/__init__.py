"""One module a term, each a pure function of tensors."""
