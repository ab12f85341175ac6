"""Contractions: convolutions and linear layers."""
