"""Reports that go out to bodies outside, which answer by a link of their own."""
