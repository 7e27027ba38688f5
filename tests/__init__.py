"""Tests, by how much of the house they use: unit, capability, contract, stories, browser, house."""
