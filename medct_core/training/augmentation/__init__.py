"""What may differ between two looks at one scan and its report while a model learns."""
