"""What a person does in the window handed to controllers, what changes in state shown there."""
