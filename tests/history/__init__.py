"""Tests of the history: nobody rewrites it unseen."""
