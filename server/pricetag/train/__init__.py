"""Corpus, labels, training, evaluation and export of the model."""
