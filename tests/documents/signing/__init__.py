"""Tests of the electronic stamp."""
